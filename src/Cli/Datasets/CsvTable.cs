using System.Text;

namespace Scanlock.Cli.Datasets;

/// <summary>A CSV file with a heading row (RFC 4180: quotes, doubled quotes, line ends inside quotes).</summary>
internal sealed class CsvTable(IReadOnlyList<string> headings, IReadOnlyList<CsvRow> rows)
{
    public IReadOnlyList<string> Headings => headings;

    public IReadOnlyList<CsvRow> Rows => rows;

    /// <exception cref="FormatException">The message names the line and the fault.</exception>
    public static CsvTable Read(TextReader reader)
    {
        var line = 1;
        var headings = ReadRecord(reader, ref line) ?? throw new FormatException("line 1: no heading row.");
        headings[0] = headings[0].TrimStart('\ufeff');
        var rows = new List<CsvRow>();
        while (true)
        {
            var at = line;
            if (ReadRecord(reader, ref line) is not { } fields)
            {
                return new(headings, rows);
            }

            if (fields is [""])
            {
                continue;
            }

            if (fields.Count != headings.Count)
            {
                throw new FormatException($"line {at}: {fields.Count} fields; the heading has {headings.Count}.");
            }

            rows.Add(new(at, fields));
        }
    }

    private static List<string>? ReadRecord(TextReader reader, ref int line)
    {
        if (reader.Peek() < 0)
        {
            return null;
        }

        var fields = new List<string>();
        var field = new StringBuilder();
        var start = line;
        var quoted = false;
        while (true)
        {
            var next = reader.Read();
            if (next == '\n')
            {
                line++;
            }

            if (quoted)
            {
                if (next < 0)
                {
                    throw new FormatException($"line {start}: a quote is never closed.");
                }

                if (next == '"' && reader.Peek() == '"')
                {
                    field.Append((char)reader.Read());
                }
                else if (next == '"')
                {
                    quoted = false;
                }
                else
                {
                    field.Append((char)next);
                }
            }
            else if (next is '\n' or < 0)
            {
                fields.Add(field.ToString().TrimEnd('\r'));
                return fields;
            }
            else if (next == ',')
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else if (next == '"' && field.Length == 0)
            {
                quoted = true;
            }
            else
            {
                field.Append((char)next);
            }
        }
    }
}

/// <param name="Line">1-based line it begins on.</param>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Fields);
