using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Trainer.Data;

/// <summary>What the label table says of the label to learn, by slice key, and which slices it puts into the validation part.</summary>
internal sealed record Labels(IReadOnlyDictionary<string, int> Classes, IReadOnlySet<string> HeldOut)
{
    internal static readonly Labels None = new(new Dictionary<string, int>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
}

/// <summary>Reads the label table whole, since it is checked whole.</summary>
internal sealed class LabelTable
{
    private const int MaxLineLength = 4096;

    private const int MaxNamesShown = 10;

    private readonly string _label;
    private readonly string _holdout;
    private readonly string _heldValue;
    private readonly Dictionary<string, int> _classes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _names = new(StringComparer.Ordinal);

    private LabelTable(string label, string holdout, string heldValue) => (_label, _holdout, _heldValue) = (label, holdout, heldValue);

    /// <param name="label">Whose classes (0 or 1) are kept; empty for none.</param>
    /// <param name="holdout">The label that marks the validation part; empty for none.</param>
    /// <param name="heldValue">Its value there.</param>
    internal static async Task<Result<Labels>> ReadAsync(
        Stream table, string label, string holdout, string heldValue, CancellationToken cancellationToken)
    {
        var reading = new LabelTable(label, holdout, heldValue);
        using var text = new StreamReader(table, leaveOpen: true);
        var lines = new BoundedLines(text, MaxLineLength);
        for (var number = 1; await lines.ReadAsync(cancellationToken) is { } line; number++)
        {
            if (reading.Add(line) is { } fault)
            {
                return new Result<Labels>.Refused(JobFailures.BadData, $"line {number} of the label table {fault}");
            }
        }

        return reading.Complete();
    }

    /// <returns>What is wrong with the line, or null.</returns>
    private string? Add(string line)
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
            return "is not a label row";
        }

        _names.Add(row.Name);
        if (row.Name == _label && row.Value is not ("0" or "1"))
        {
            return $"gives {row.Name} a value that it cannot have: it must be 0 or 1";
        }

        return (row.Name == _label ? Keep(row, "1", _classes) : null) ?? (row.Name == _holdout ? Keep(row, _heldValue, _held) : null);
    }

    private static string? Keep(LabelRow row, string positive, Dictionary<string, int> values) =>
        values.TryAdd(row.Key, row.Value == positive ? 1 : 0) ? null : $"gives sample {row.Key} a second value of {row.Name}";

    private Result<Labels> Complete()
    {
        if (_label.Length > 0 && _classes.Count == 0)
        {
            return Unknown("label", _label);
        }

        return _holdout.Length > 0 && _held.Count == 0
            ? Unknown("validation.holdout", _holdout)
            : new Result<Labels>.Ok(new Labels(_classes, _held.Where(h => h.Value == 1).Select(h => h.Key).ToHashSet(StringComparer.Ordinal)));
    }

    private Result<Labels>.Refused Unknown(string field, string label) => new(
        JobFailures.BadSpec, $"{field}: the dataset has no '{label}'; it has: {string.Join(", ", _names.Take(MaxNamesShown))}");
}
