using System.Globalization;
using System.Text;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>
/// The report of an upload as a CSV file (RFC 4180): a line for each file with what became of it and why. It holds the files' names, so only its
/// owner may read it.
/// </summary>
internal sealed class ReportFile : IDisposable
{
    private const string FormulaStarts = "=+-@";
    private readonly FileStream _file;

    /// <summary>Takes its place at once: a report that cannot be written is said before the upload, not after it.</summary>
    public ReportFile(FileInfo file) => _file = OwnerOnly.Create(file.FullName, FileMode.Create);

    public void Write(IEnumerable<FileOutcome> outcomes)
    {
        var text = new StringBuilder("file,outcome,code,reason,upload,ordinal\n");
        foreach (var outcome in outcomes.OrderBy(outcome => outcome.File, StringComparer.Ordinal))
        {
            text.Append(Field(Name(outcome.File))).Append(',').Append(outcome.Outcome).Append(',').Append(Field(outcome.Code)).Append(',').Append(Field(outcome.Reason))
                .Append(CultureInfo.InvariantCulture, $",{Field(outcome.Object?.Upload ?? "")},{outcome.Object?.Ordinal}\n");
        }

        _file.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Another way to write the same path, which no spreadsheet takes for a formula: archives come from strangers.</summary>
    private static string Name(string file) => file.Length > 0 && FormulaStarts.Contains(file[0], StringComparison.Ordinal) ? "./" + file : file;

    private static string Field(string text)
    {
        var printable = Output.Printable(text);
        return printable.AsSpan().IndexOfAny(',', '"') >= 0 ? $"\"{printable.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : printable;
    }
}
