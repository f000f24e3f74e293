using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Scanlock.Audit;

/// <summary>One signature line of a note: who says to have signed, and bytes that only that key can judge.</summary>
public sealed record NoteSignature(string Name, uint KeyId, ReadOnlyMemory<byte> Signature)
{
    internal string ToLine()
    {
        var bytes = new byte[sizeof(uint) + Signature.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, KeyId);
        Signature.CopyTo(bytes.AsMemory(sizeof(uint)));
        return $"\u2014 {Name} {Convert.ToBase64String(bytes)}\n";
    }
}

/// <summary>A C2SP signed note: text that ends in a newline, a blank line, signature lines.</summary>
public sealed record SignedNote(string Text, IReadOnlyList<NoteSignature> Signatures)
{
    /// <summary>The most bytes a note is read with; a hundred times what a checkpoint needs.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int MaxSignatures = 64;

    /// <summary>Strict UTF-8: two byte sequences never read as one text.</summary>
    internal static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a note; says why not otherwise. No signature is checked.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SignedNote? note, [NotNullWhen(false)] out string? fault)
    {
        note = null;
        if (bytes.Length > MaxBytes)
        {
            fault = $"it has more than {MaxBytes} bytes";
            return false;
        }

        string all;
        try
        {
            all = Utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            fault = "it is not UTF-8";
            return false;
        }

        if (all.Any(c => c < ' ' && c != '\n'))
        {
            fault = "it holds a control character";
            return false;
        }

        var blank = all.LastIndexOf("\n\n", StringComparison.Ordinal);
        if (blank < 0 || !all.EndsWith('\n'))
        {
            fault = "it has no blank line before its signatures, or does not end in a newline";
            return false;
        }

        var lines = all[(blank + 2)..].Split('\n')[..^1];
        var signatures = lines.Select(ParseSignature).OfType<NoteSignature>().ToList();
        if (signatures.Count == 0 || signatures.Count != lines.Length || lines.Length > MaxSignatures)
        {
            fault = "what follows the blank line are not signature lines";
            return false;
        }

        note = new SignedNote(all[..(blank + 1)], signatures);
        fault = null;
        return true;
    }

    public byte[] ToBytes() => Utf8.GetBytes(ToString());

    public override string ToString() => $"{Text}\n{string.Concat(Signatures.Select(s => s.ToLine()))}";

    private static NoteSignature? ParseSignature(string line)
    {
        var parts = line.Split(' ');
        if (parts.Length != 3 || parts[0] != "\u2014" || !NoteKeyText.IsName(parts[1]))
        {
            return null;
        }

        var bytes = new byte[parts[2].Length];
        // Only the one spelling that writing gives back: a decoder also takes others.
        return Convert.TryFromBase64String(parts[2], bytes, out var written) && written > sizeof(uint)
            && Convert.ToBase64String(bytes.AsSpan(0, written)) == parts[2]
            ? new NoteSignature(parts[1], BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes.AsMemory(sizeof(uint)..written))
            : null;
    }
}
