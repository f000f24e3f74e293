using System.Globalization;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Trainer.Data;

/// <summary>The values of one label, by sample key.</summary>
internal static class LabelTable
{
    private const int MaxLineLength = 4096;

    private const int MaxNamesShown = 10;

    /// <summary>Reads the table whole, since it is checked whole, and keeps the classes (0 or 1) of <paramref name="label"/>.</summary>
    internal static async Task<Result<IReadOnlyDictionary<string, int>>> ReadAsync(Stream table, string label, CancellationToken cancellationToken)
    {
        var classes = new Dictionary<string, int>(StringComparer.Ordinal);
        var names = new SortedSet<string>(StringComparer.Ordinal);
        using var lines = new StreamReader(table, leaveOpen: true);
        for (var number = 1; await lines.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            LabelRow row;
            try
            {
                row = line.Length <= MaxLineLength
                    ? Wire.Read(System.Text.Encoding.UTF8.GetBytes(line), ContractsJson.Strict.LabelRow)
                    : throw new WireFormatException("too long");
            }
            catch (WireFormatException)
            {
                return Bad($"line {number} of the label table is not a label row");
            }

            names.Add(row.Name);
            if (row.Name != label)
            {
                continue;
            }

            if (row.Value is not ("0" or "1"))
            {
                return Bad($"line {number} of the label table: {label} must be 0 or 1 to learn to classify");
            }

            if (!classes.TryAdd(row.Key, int.Parse(row.Value, CultureInfo.InvariantCulture)))
            {
                return Bad($"line {number} of the label table gives sample {row.Key} a second value of {label}");
            }
        }

        return classes.Count > 0
            ? new Result<IReadOnlyDictionary<string, int>>.Ok(classes)
            : new Result<IReadOnlyDictionary<string, int>>.Refused(JobFailures.BadSpec, $"label: the dataset has no '{label}'; it has: {string.Join(", ", names.Take(MaxNamesShown))}");
    }

    private static Result<IReadOnlyDictionary<string, int>>.Refused Bad(string sentence) => new(JobFailures.BadData, sentence);
}
