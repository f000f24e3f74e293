using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Scanlock.Audit;

/// <summary>
/// That an entry is in a log, checkable without the log: C2SP tlog-proof, with the entry's bytes as its extra data.
/// </summary>
public sealed record InclusionProof(long Index, ReadOnlyMemory<byte> Entry, IReadOnlyList<TreeHash> Hashes, Checkpoint Checkpoint)
{
    /// <summary>The most bytes a proof file is read with.</summary>
    public const int MaxBytes = 256 * 1024;

    private const string Header = "c2sp.org/tlog-proof@v1";
    private const string Extra = "extra ";
    private const string IndexLine = "index ";

    /// <summary>Whether the checkpoint's root vouches for the entry at that index; its signature is checked apart.</summary>
    public bool Holds => Proofs.Includes(Index, TreeHash.OfLeaf(Entry.Span), Checkpoint.Size, Checkpoint.Root, Hashes);

    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out InclusionProof? proof, [NotNullWhen(false)] out string? fault)
    {
        proof = null;
        if (bytes.Length > MaxBytes)
        {
            fault = $"it has more than {MaxBytes} bytes";
            return false;
        }

        // All before the first empty line is the proof; what follows is the checkpoint, byte for byte.
        var end = bytes.IndexOf("\n\n"u8);
        var lines = end < 0 ? [] : Encoding.UTF8.GetString(bytes[..end]).Split('\n');
        if (lines is not [Header, var extra, var index, .. var rest] || !extra.StartsWith(Extra, StringComparison.Ordinal)
            || !index.StartsWith(IndexLine, StringComparison.Ordinal))
        {
            fault = $"it does not begin with the lines '{Header}', 'extra' with the entry, and 'index'";
            return false;
        }

        if (!TryParseEntry(extra[Extra.Length..], out var entry))
        {
            fault = "its extra line does not hold an entry in base64";
            return false;
        }

        if (!long.TryParse(index.AsSpan(IndexLine.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            fault = "its index is not a number";
            return false;
        }

        var hashes = new List<TreeHash>();
        foreach (var line in rest)
        {
            if (!TreeHash.TryParseBase64(line, out var hash) || hashes.Count == Proofs.MaxHashes)
            {
                fault = $"its hash {hashes.Count + 1} is not one";
                return false;
            }

            hashes.Add(hash);
        }

        if (!Checkpoint.TryParse(bytes[(end + 2)..], out var checkpoint, out fault))
        {
            fault = $"in its checkpoint, {fault}";
            return false;
        }

        proof = new InclusionProof(number, entry, hashes, checkpoint);
        return true;
    }

    public byte[] ToBytes()
    {
        var text = new StringBuilder()
            .Append(Header).Append('\n')
            .Append(Extra).Append(Convert.ToBase64String(Entry.Span)).Append('\n')
            .Append(CultureInfo.InvariantCulture, $"{IndexLine}{Index}\n");
        foreach (var hash in Hashes)
        {
            text.Append(hash.ToBase64()).Append('\n');
        }

        return [.. Encoding.UTF8.GetBytes(text.Append('\n').ToString()), .. Checkpoint.ToBytes()];
    }

    private static bool TryParseEntry(string base64, out byte[] entry)
    {
        entry = new byte[base64.Length];
        if (Convert.TryFromBase64String(base64, entry, out var written) && written <= EntryBundle.MaxEntry)
        {
            entry = entry[..written];
            return true;
        }

        return false;
    }
}
