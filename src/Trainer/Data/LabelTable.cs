using System.Globalization;
using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Classes = System.Collections.Generic.IReadOnlyDictionary<string, int>;

namespace Scanlock.Trainer.Data;

/// <summary>The values of one label, by sample key.</summary>
internal static class LabelTable
{
    private const int MaxLineLength = 4096;

    private const int MaxNamesShown = 10;

    /// <summary>Reads the table whole, since it is checked whole, and keeps the classes (0 or 1) of <paramref name="label"/>.</summary>
    internal static async Task<Result<Classes>> ReadAsync(Stream table, string label, CancellationToken cancellationToken)
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
                    ? Wire.Read(Encoding.UTF8.GetBytes(line), ContractsJson.Strict.LabelRow)
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

        if (classes.Count > 0)
        {
            return new Result<Classes>.Ok(classes);
        }

        var known = string.Join(", ", names.Take(MaxNamesShown));
        return new Result<Classes>.Refused(JobFailures.BadSpec, $"label: the dataset has no '{label}'; it has: {known}");
    }

    private static Result<Classes>.Refused Bad(string sentence) => new(JobFailures.BadData, sentence);
}
