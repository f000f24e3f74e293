using System.Text;

namespace Scanlock.Cli.Datasets.Labels;

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
        while (true)
        {
            switch (reader.Read())
            {
                case var end when end is '\n' or < 0:
                    line += end == '\n' ? 1 : 0;
                    fields.Add(field.ToString().TrimEnd('\r'));
                    return fields;
                case ',':
                    fields.Add(field.ToString());
                    field.Clear();
                    break;
                case '"' when field.Length == 0:
                    ReadQuoted(reader, field, ref line);
                    break;
                case var next:
                    field.Append((char)next);
                    break;
            }
        }
    }

    /// <summary>The rest of a field whose opening quote was read, up to its closing quote.</summary>
    private static void ReadQuoted(TextReader reader, StringBuilder field, ref int line)
    {
        var start = line;
        while (true)
        {
            switch (reader.Read())
            {
                case < 0:
                    throw new FormatException($"line {start}: a quote is never closed.");
                case '"' when reader.Peek() == '"':
                    field.Append((char)reader.Read());
                    break;
                case '"':
                    if (reader.Peek() is not (< 0 or ',' or '\r' or '\n'))
                    {
                        throw new FormatException($"line {line}: text after a closing quote; a quote inside quotes is written twice.");
                    }

                    return;
                case var next:
                    line += next == '\n' ? 1 : 0;
                    field.Append((char)next);
                    break;
            }
        }
    }
}

/// <param name="Line">1-based line it begins on.</param>
internal sealed record CsvRow(int Line, IReadOnlyList<string> Fields);
