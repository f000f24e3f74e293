using System.Text.Json;

namespace Scanlock.Contracts.Tests.Vectors;

/// <summary>Makes of one valid JSON text all that differ from it by one member that a strict reader must not let pass.</summary>
internal static class Spoiling
{
    /// <summary>Members that hold names of the writer's choice, or a document that another reader checks.</summary>
    private static readonly HashSet<string> s_open = ["counts", "digests", "space", "spec", "subjects", "trial", "values"];

    /// <summary>Members with a default: <c>ethics</c> of a purpose, <c>search</c> of an experiment, <c>body</c> of a frame.</summary>
    private static readonly HashSet<string> s_optional = ["purpose.ethics", "$.search", "$.body"];

    public static IEnumerable<(string What, string Json)> Of(JsonElement value) => Of(value, "$", open: false);

    private static IEnumerable<(string What, string Json)> Of(JsonElement value, string place, bool open) => value.ValueKind switch
    {
        JsonValueKind.Object => OfObject([.. value.EnumerateObject()], place, open),
        JsonValueKind.Array => OfArray([.. value.EnumerateArray()], place, open),
        _ => [],
    };

    private static IEnumerable<(string What, string Json)> OfObject(JsonProperty[] members, string place, bool open)
    {
        var texts = members.Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}").ToArray();
        if (!open)
        {
            yield return ($"{place} with a stranger", Object([.. texts, "\"stranger\":0"]));
        }

        for (var i = 0; i < members.Length; i++)
        {
            var name = members[i].Name;
            yield return ($"{place}.{name} twice", Object([.. texts, texts[i]]));
            if (!open && !s_optional.Contains($"{place}.{name}"))
            {
                yield return ($"{place}.{name} left out", Object([.. texts[..i], .. texts[(i + 1)..]]));
            }

            foreach (var (what, json) in Of(members[i].Value, name, open || s_open.Contains(name)))
            {
                yield return (what, Object([.. texts[..i], $"\"{name}\":{json}", .. texts[(i + 1)..]]));
            }
        }
    }

    private static IEnumerable<(string What, string Json)> OfArray(JsonElement[] items, string place, bool open)
    {
        var texts = items.Select(item => item.GetRawText()).ToArray();
        return items.SelectMany((item, i) => Of(item, $"{place}[{i}]", open)
            .Select(spoilt => (spoilt.What, $"[{string.Join(',', [.. texts[..i], spoilt.Json, .. texts[(i + 1)..]])}]")));
    }

    private static string Object(string[] members) => $"{{{string.Join(',', members)}}}";
}
