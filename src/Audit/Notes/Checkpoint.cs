using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Scanlock.Audit;

/// <summary>
/// A log's signed tree head (C2SP tlog-checkpoint): origin, size, root, with the signatures as they were read.
/// What it says counts only after <see cref="IsSignedBy"/>.
/// </summary>
public sealed record Checkpoint
{
    private Checkpoint(SignedNote note, string origin, long size, TreeHash root) => (Note, Origin, Size, Root) = (note, origin, size, root);

    public SignedNote Note { get; }
    public string Origin { get; }
    public long Size { get; }
    public TreeHash Root { get; }

    public static bool TryParse(
        ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Checkpoint? checkpoint, [NotNullWhen(false)] out string? fault)
    {
        checkpoint = null;
        if (!SignedNote.TryParse(bytes, out var note, out fault))
        {
            return false;
        }

        // Three lines and what follows each newline; any line after them is an extension, which must not be empty.
        var lines = note.Text.Split('\n')[..^1];
        if (lines.Length < 3 || lines.Any(line => line.Length == 0))
        {
            fault = "a checkpoint has at least three lines, none of them empty";
            return false;
        }

        if (!TryParseSize(lines[1], out var size))
        {
            fault = "its second line is not a tree size";
            return false;
        }

        if (!TreeHash.TryParseBase64(lines[2], out var root))
        {
            fault = "its third line is not a root hash";
            return false;
        }

        checkpoint = new Checkpoint(note, lines[0], size, root);
        return true;
    }

    /// <summary>Signs a tree head with a log's key; the origin is the key's name.</summary>
    public static Checkpoint Sign(NoteSigner signer, long size, TreeHash root)
    {
        var key = signer.Verifier;
        var text = string.Create(CultureInfo.InvariantCulture, $"{key.Name}\n{size}\n{root.ToBase64()}\n");
        var signature = new NoteSignature(key.Name, key.Id, signer.Sign(Encoding.UTF8.GetBytes(text)));
        return new Checkpoint(new SignedNote(text, [signature]), key.Name, size, root);
    }

    /// <summary>Whether the log whose key this is signed this tree head; says why not otherwise.</summary>
    public bool IsSignedBy(VerifierKey log, [NotNullWhen(false)] out string? fault)
    {
        if (log.Kind != NoteKeyKind.Log)
        {
            fault = $"the key given, {log.Name}, is a witness's, not a log's";
        }
        else if (Origin != log.Name)
        {
            fault = $"it is of the log '{Origin}', and the key given is of '{log.Name}'";
        }
        else if (Signatures(log).ToList() is not [_, ..] signatures)
        {
            fault = "it has no signature by the key given: another key of the same name signed it, or none";
        }
        else if (!signatures.All(s => log.Verifies(Encoding.UTF8.GetBytes(Note.Text), s.Signature.Span)))
        {
            fault = "its signature does not verify: it was altered after the log signed it";
        }
        else
        {
            fault = null;
            return true;
        }

        return false;
    }

    /// <summary>When that witness cosigned, by its own clock; null with the reason where no cosignature of it verifies.</summary>
    public DateTimeOffset? CosignedAt(VerifierKey witness, out string? fault)
    {
        if (witness.Kind != NoteKeyKind.Witness)
        {
            fault = $"the key given for the witness, {witness.Name}, is not a witness's key";
            return null;
        }

        if (Signatures(witness).FirstOrDefault() is not { } line)
        {
            fault = $"it bears no cosignature by {witness.Name}";
            return null;
        }

        // A timestamp, then an Ed25519 signature over that time and the note's text.
        var signature = line.Signature.Span;
        if (signature.Length > sizeof(ulong)
            && BinaryPrimitives.ReadUInt64BigEndian(signature) is var seconds
            && seconds <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && witness.Verifies(CosignedMessage((long)seconds), signature[sizeof(ulong)..]))
        {
            fault = null;
            return DateTimeOffset.FromUnixTimeSeconds((long)seconds);
        }

        fault = $"the cosignature by {witness.Name} does not verify";
        return null;
    }

    /// <summary>This checkpoint with a witness's cosignature added, in place of an earlier one by the same key.</summary>
    public Checkpoint Cosign(NoteSigner witness, DateTimeOffset at)
    {
        var key = witness.Verifier;
        if (key.Kind != NoteKeyKind.Witness)
        {
            throw new ArgumentException("Only a witness's key makes cosignatures.", nameof(witness));
        }

        var seconds = at.ToUnixTimeSeconds();
        var signature = new byte[sizeof(ulong) + 64];
        BinaryPrimitives.WriteUInt64BigEndian(signature, (ulong)seconds);
        witness.Sign(CosignedMessage(seconds)).CopyTo(signature.AsSpan(sizeof(ulong)));
        var others = Note.Signatures.Where(s => s.Name != key.Name || s.KeyId != key.Id);
        return new Checkpoint(Note with { Signatures = [.. others, new NoteSignature(key.Name, key.Id, signature)] }, Origin, Size, Root);
    }

    public byte[] ToBytes() => Note.ToBytes();

    private IEnumerable<NoteSignature> Signatures(VerifierKey key) => Note.Signatures.Where(s => s.Name == key.Name && s.KeyId == key.Id);

    private byte[] CosignedMessage(long seconds) =>
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"cosignature/v1\ntime {seconds}\n{Note.Text}"));

    private static bool TryParseSize(string text, out long size) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out size) && text == size.ToString(CultureInfo.InvariantCulture);
}
