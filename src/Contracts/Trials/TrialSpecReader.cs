using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Scanlock.Contracts.Trials;

/// <summary>Why a spec cannot be: the path of the field (empty for the spec itself), and the reason.</summary>
public sealed record SpecProblem(string Path, string Reason)
{
    public override string ToString() => Path.Length == 0 ? Reason : $"{Path}: {Reason}";
}

public abstract record TrialSpecResult
{
    private TrialSpecResult()
    {
    }

    public sealed record Valid(TrialSpec Spec) : TrialSpecResult;

    /// <summary>All problems found, not only the first.</summary>
    public sealed record Invalid(IReadOnlyList<SpecProblem> Problems) : TrialSpecResult;
}

/// <summary>Checks a spec against <see cref="TrialSpecFields"/> and fills in what was left out.</summary>
public static class TrialSpecReader
{
    /// <summary>Longest spec text that <see cref="Parse"/> looks at, bytes.</summary>
    public const int MaxBytes = 64 << 10;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 8 };

    public static TrialSpecResult Parse(ReadOnlyMemory<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
        {
            return Refused($"a spec has at most {MaxBytes} bytes, this one {utf8.Length}");
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, s_options);
            return Read(document.RootElement);
        }
        catch (JsonException e)
        {
            return Refused($"not JSON: line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}");
        }
    }

    public static TrialSpecResult Read(JsonElement spec)
    {
        var problems = new List<SpecProblem>();
        var complete = Group(spec, TrialSpecFields.All, "", problems);
        if (problems.Count > 0)
        {
            return new TrialSpecResult.Invalid(problems);
        }

        var read = complete.Deserialize(ContractsJson.Strict.TrialSpec)!;
        problems.AddRange(TrialSpecRules.Check(read));
        return problems.Count > 0 ? new TrialSpecResult.Invalid(problems) : new TrialSpecResult.Valid(read);
    }

    private static TrialSpecResult.Invalid Refused(string reason) => new([new SpecProblem("", reason)]);

    private static JsonObject Group(JsonElement? value, GroupField group, string path, List<SpecProblem> problems)
    {
        var complete = new JsonObject();
        var given = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (value is { ValueKind: not JsonValueKind.Object })
        {
            problems.Add(new(path, "must be an object"));
            return complete;
        }

        foreach (var member in value?.EnumerateObject().ToArray() ?? [])
        {
            if (group.Fields.All(f => f.Name != member.Name))
            {
                var known = string.Join(", ", group.Fields.Select(f => f.Name));
                problems.Add(new(Join(path, Shown(member.Name)), $"unknown field; known here: {known}"));
            }
            else if (!given.TryAdd(member.Name, member.Value))
            {
                problems.Add(new(Join(path, member.Name), "given twice"));
            }
        }

        foreach (var field in group.Fields)
        {
            JsonElement? element = given.TryGetValue(field.Name, out var found) ? found : null;
            complete[field.Name] = Field(element, field, Join(path, field.Name), problems);
        }

        return complete;
    }

    private static JsonNode? Field(JsonElement? value, SpecField field, string path, List<SpecProblem> problems)
    {
        if (field is GroupField group)
        {
            return Group(value, group, path, problems);
        }

        if (value is null)
        {
            if (!field.MayBeLeftOut)
            {
                problems.Add(new(path, "is missing"));
            }

            return Default(field);
        }

        if (Fault(value.Value, field) is not { } fault)
        {
            return JsonNode.Parse(value.Value.GetRawText());
        }

        problems.Add(new(path, fault));
        return null;
    }

    private static JsonNode? Default(SpecField field) => field switch
    {
        IntegerField integer => integer.Default,
        NumberField number => number.Default,
        FlagField flag => flag.Default,
        ChoiceField choice => choice.Default,
        NameField name => name.Default,
        DigestField digest => digest.Default,
        _ => null,
    };

    private static string? Fault(JsonElement value, SpecField field) => field switch
    {
        IntegerField f => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var i) && i >= f.Min && i <= f.Max && (i - f.Min) % f.Step == 0
            ? null
            : f.Min == f.Max ? $"must be {f.Min}"
            : f.Step > 1 ? $"must be one of: {string.Join(", ", Values(f))}"
            : $"must be a whole number from {f.Min} to {f.Max}",
        NumberField f => value.ValueKind == JsonValueKind.Number && value.GetDouble() is var d
            && d <= f.Max && (f.Above ? d > f.Min : d >= f.Min)
            ? null
            : $"must be a number {(f.Above ? "above" : "from")} {f.Min} {(f.Above ? "and at most" : "to")} {f.Max}",
        FlagField => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false",
        ChoiceField f => value.ValueKind == JsonValueKind.String && f.Choices.Contains(value.GetString(), StringComparer.Ordinal)
            ? null
            : $"must be one of: {string.Join(", ", f.Choices)}",
        NameField f => value.ValueKind == JsonValueKind.String && Regex.IsMatch(value.GetString()!, f.Pattern, RegexOptions.NonBacktracking)
            ? null
            : $"must be a name of at most {f.MaxLength} letters, digits, '_', '.' or '-'",
        DigestField f => value.ValueKind == JsonValueKind.String && Regex.IsMatch(value.GetString()!, f.Pattern, RegexOptions.NonBacktracking)
            ? null
            : $"must be {f.Default}, or sha256: and 64 hexadecimal digits",
        _ => throw new InvalidOperationException($"no rule for {field.GetType().Name}"),
    };

    internal static IEnumerable<long> Values(IntegerField field)
    {
        for (var value = field.Min; value <= field.Max; value += field.Step)
        {
            yield return value;
        }
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>A name that a stranger chose, fit for one line of a message.</summary>
    private static string Shown(string name)
    {
        var shortened = name.Length > 40 ? name[..40] + "..." : name;
        return string.Concat(shortened.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
    }
}
