namespace Scanlock.Audit;

/// <summary>A file that a checkpoint asks for.</summary>
/// <param name="Path">Its name for that tree size.</param>
/// <param name="Bytes">What is there, or null.</param>
/// <param name="ExceedsTree">It was read under its full name, so that more may follow than that tree has.</param>
internal sealed record LogFile(string Path, byte[]? Bytes, bool ExceedsTree)
{
    /// <summary>The tile's hashes; null, with a finding, where it is missing or has another number of them.</summary>
    public TreeHash[]? ReadHashes(int width, Findings findings, long? first, long? last)
    {
        if (Bytes is null)
        {
            ReportMissing(findings, first, last, "the hashes recorded");
            return null;
        }

        var hashes = Tile.Parse(ExceedsTree ? Bytes.AsSpan(0, Math.Min(Bytes.Length, width * TreeHash.Size)) : Bytes, width);
        if (hashes is null)
        {
            findings.Add(FindingKind.Missing, Path, $"{Path} has {Bytes.Length} bytes, not the {width * TreeHash.Size} of {width} hashes.", first, last);
        }

        return hashes;
    }

    public void ReportMissing(Findings findings, long? first, long? last, string what)
    {
        if (first is { } from && last is { } to)
        {
            var path = Path;
            findings.AddStretch(FindingKind.Missing, "missing " + what, path, from, to, (a, b) =>
                $"{path} is missing, and so are {what} of entries {a} to {b}.");
        }
        else
        {
            findings.Add(FindingKind.Missing, Path, $"{Path} is missing.");
        }
    }
}

/// <summary>A bundle of entries and the tile with the hashes recorded of them.</summary>
internal sealed record LogPart(long Number, int Width, LogFile Bundle, LogFile Tile)
{
    public long First => Number * TilePath.Width;
    private long Last => First + Width - 1;

    public TreeHash[]? ReadHashes(Findings findings) => Tile.ReadHashes(Width, findings, First, Last);

    /// <summary>
    /// The hashes of the entries; null, with a finding, where there are not exactly as many as the checkpoint asks for.
    /// Each that is not the one recorded is a finding.
    /// </summary>
    public TreeHash[]? ReadEntries(Findings findings, TreeHash[]? recorded)
    {
        if (Bundle.Bytes is null)
        {
            Bundle.ReportMissing(findings, First, Last, "the contents");
            return null;
        }

        var hashes = EntryBundle.Parse(Bundle.Bytes, out var whole).Select(entry => TreeHash.OfLeaf(entry.Span)).ToArray();
        var exact = hashes.Length == Width && whole;
        if (Bundle.ExceedsTree && hashes.Length > Width)
        {
            (hashes, exact) = (hashes[..Width], true);
        }

        if (!exact)
        {
            findings.Add(
                FindingKind.Missing,
                Bundle.Path,
                $"{Bundle.Path} holds {hashes.Length} whole entries{(whole ? "" : " and something more")}, not {Width}: "
                    + "entries were cut off, removed or inserted.",
                First,
                Last);
        }

        if (recorded is not null)
        {
            Compare(hashes, recorded, findings);
        }

        return exact ? hashes : null;
    }

    private void Compare(TreeHash[] entries, TreeHash[] recorded, Findings findings)
    {
        var places = new Dictionary<TreeHash, int>();
        for (var i = 0; i < recorded.Length; i++)
        {
            places.TryAdd(recorded[i], i);
        }

        for (var i = 0; i < Math.Min(entries.Length, recorded.Length); i++)
        {
            if (entries[i] == recorded[i])
            {
                continue;
            }

            var moved = places.TryGetValue(entries[i], out var place) ? place - i : (int?)null;
            findings.AddStretch(
                FindingKind.Entries,
                moved is { } by ? $"moved {by}" : "altered",
                Bundle.Path,
                First + i,
                First + i,
                (first, last) => Describe(first, last, moved));
        }
    }

    private static string Describe(long first, long last, int? moved)
    {
        var (subject, hold) = first == last ? ($"Entry {first}", "holds") : ($"Entries {first} to {last}", "hold");
        if (moved is not { } by)
        {
            return first == last
                ? $"{subject} is not what was recorded when it was appended: altered or inserted."
                : $"{subject} are not what was recorded when they were appended: altered or inserted.";
        }

        var recordedAs = first == last ? $"entry {first + by}" : $"entries {first + by} to {last + by}";
        return $"{subject} {hold} what was recorded as {recordedAs}: entries were moved, removed or inserted.";
    }
}
