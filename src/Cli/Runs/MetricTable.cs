using System.Text.Json;

namespace Scanlock.Cli.Runs;

/// <summary>A trial's metrics as lines of a table: of a classifier per slice and per scan, of marked lesions pooled and per slice.</summary>
internal static class MetricTable
{
    /// <summary>What a reader looks for first; the rest follows as the host gives it.</summary>
    private static readonly string[] s_first = ["accuracy", "auc", "sensitivity", "specificity", "loss"];

    /// <summary>The cut-off that scans are shown at; all others stand in the file.</summary>
    private const double Middle = 0.5;

    /// <param name="metrics">As the broker has them; a part that is not there has no lines.</param>
    public static IEnumerable<string[]> Rows(JsonElement metrics) =>
    [
        .. Part(metrics, "", "final"),
        .. Part(metrics, "scans: ", "scans"),
        .. CutOff(metrics),
        .. Part(metrics, "pooled: ", "segmentation", "pooled"),
        .. Part(metrics, "per slice: ", "segmentation", "per_slice"),
        .. Part(metrics, "adversarial: ", "adversarial"),
        .. Part(metrics, "explanation: ", "explanation"),
    ];

    private static IEnumerable<string[]> Part(JsonElement metrics, string prefix, params string[] path)
    {
        foreach (var name in path)
        {
            if (metrics.ValueKind != JsonValueKind.Object || !metrics.TryGetProperty(name, out metrics))
            {
                return [];
            }
        }

        return Lines(metrics, prefix);
    }

    private static IEnumerable<string[]> CutOff(JsonElement metrics)
    {
        if (metrics.TryGetProperty("scans", out var scans) && scans.ValueKind == JsonValueKind.Object && scans.TryGetProperty("cut_offs", out var cutOffs))
        {
            foreach (var at in cutOffs.EnumerateArray().Where(at => at.GetProperty("cut_off").GetDouble() == Middle))
            {
                return Lines(at.GetProperty("answers"), "scans: ");
            }
        }

        return [];
    }

    private static IEnumerable<string[]> Lines(JsonElement part, string prefix)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var intervals = part.TryGetProperty("intervals", out var found) && found.ValueKind == JsonValueKind.Object ? found : (JsonElement?)null;
        return part.EnumerateObject()
            .Where(metric => metric.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array) && metric.Name != "intervals")
            .OrderBy(metric => Place(metric.Name))
            .Select(metric => (string[])[prefix + metric.Name, Value(metric.Value) + Interval(intervals, metric.Name)]);
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "withheld",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };

    private static string Interval(JsonElement? intervals, string name) =>
        intervals is { } all && all.TryGetProperty(name, out var interval) && interval.ValueKind == JsonValueKind.Object
            ? $"  ({interval.GetProperty("low").GetRawText()} to {interval.GetProperty("high").GetRawText()})"
            : "";

    private static int Place(string metric) => Array.IndexOf(s_first, metric) is >= 0 and var place ? place : s_first.Length;
}
