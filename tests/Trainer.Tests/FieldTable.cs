using System.Globalization;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Tests;

/// <summary>The fields of a spec as the guide's table, a line each.</summary>
internal static class FieldTable
{
    internal static string Of(GroupField fields) =>
        "| field | may be | left out | |\n|---|---|---|---|\n" + string.Concat(Rows(fields, "").Select(row => row + "\n"));

    private static IEnumerable<string> Rows(GroupField group, string prefix)
    {
        foreach (var field in group.Fields)
        {
            var path = prefix + field.Name;
            if (field is GroupField inner)
            {
                yield return $"| **{path}** | | | {field.Says} |";
                foreach (var row in Rows(inner, path + "."))
                {
                    yield return row;
                }

                continue;
            }

            var (may, left) = Said(field);
            yield return $"| `{path}` | {may} | {left} | {field.Says} |";
        }
    }

    private static (string May, string LeftOut) Said(SpecField field) => field switch
    {
        IntegerField f => ($"{f.Min}{(f.Min == f.Max ? "" : f.Step > 1 ? $" or {f.Max}" : $" to {f.Max}")}", Shown(f.Default)),
        NumberField f => ($"{(f.Above ? "above " : "")}{Shown(f.Min)} to {Shown(f.Max)}", Shown(f.Default)),
        FlagField f => ("true, false", f.Default ? "true" : "false"),
        ChoiceField f => (string.Join(", ", f.Choices), f.Default ?? "refused"),
        NameField f => ("a name", f.Default is null ? "refused" : "none"),
        DigestField f => ($"{f.Default}, sha256:HEX", f.Default),
        _ => throw new InvalidOperationException($"no row for {field.GetType().Name}"),
    };

    private static string Shown(double? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "refused";
}
