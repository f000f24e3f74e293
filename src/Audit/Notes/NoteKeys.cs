using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Org.BouncyCastle.Math.EC.Rfc8032;

namespace Scanlock.Audit;

/// <summary>What an Ed25519 note key signs; the number is the signature type byte of C2SP signed-note.</summary>
public enum NoteKeyKind
{
    /// <summary>A log's key: signs a note's text as it stands.</summary>
    Log = 1,

    /// <summary>A witness's key: signs timestamped cosignatures (C2SP tlog-cosignature, <c>cosignature/v1</c>).</summary>
    Witness = 4,
}

/// <summary>The public half of a note key, as C2SP signed-note writes it: <c>name+hash+base64</c>.</summary>
public sealed class VerifierKey
{
    private readonly byte[] _publicKey;

    internal VerifierKey(string name, NoteKeyKind kind, byte[] publicKey)
    {
        (Name, Kind, _publicKey) = (name, kind, publicKey);
        Id = KeyId(name, kind, publicKey);
    }

    public string Name { get; }
    public NoteKeyKind Kind { get; }

    /// <summary>The key's short identifier; tells keys apart in a note, proves nothing.</summary>
    public uint Id { get; }

    /// <summary>Reads a verifier key; white space around it, such as a file's last newline, is ignored.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out VerifierKey? key, [NotNullWhen(false)] out string? fault)
    {
        key = null;
        var parts = text.Trim().Split('+', 3);
        if (parts.Length != 3)
        {
            fault = "a verifier key is written name+hash+base64";
            return false;
        }

        if (!NoteKeyText.TryRead(parts[0], parts[1], parts[2], out var kind, out var publicKey, out fault))
        {
            return false;
        }

        key = new VerifierKey(parts[0], kind, publicKey);
        if (!NoteKeyText.HashMatches(parts[1], key.Id))
        {
            key = null;
            fault = "the hash in the verifier key is not that of its name and key";
            return false;
        }

        return true;
    }

    /// <exception cref="FormatException">Not a verifier key.</exception>
    public static VerifierKey Parse(string text) =>
        TryParse(text, out var key, out var fault) ? key : throw new FormatException(char.ToUpperInvariant(fault[0]) + fault[1..] + ".");

    public override string ToString() => NoteKeyText.Write(Name, Id, Kind, _publicKey);

    internal bool Verifies(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        signature.Length == Ed25519.SignatureSize
        && Ed25519.Verify(signature.ToArray(), 0, _publicKey, 0, message.ToArray(), 0, message.Length);

    private static uint KeyId(string name, NoteKeyKind kind, byte[] publicKey)
    {
        byte[] input = [.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)kind, .. publicKey];
        return BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(input));
    }
}

/// <summary>The secret half of a note key; written <c>PRIVATE+KEY+name+hash+base64</c>, as Go's note package writes it.</summary>
public sealed class NoteSigner
{
    private const string Prefix = "PRIVATE+KEY+";
    private readonly byte[] _seed;

    private NoteSigner(string name, NoteKeyKind kind, byte[] seed)
    {
        var publicKey = new byte[Ed25519.PublicKeySize];
        Ed25519.GeneratePublicKey(seed, 0, publicKey, 0);
        _seed = seed;
        Verifier = new VerifierKey(name, kind, publicKey);
    }

    public VerifierKey Verifier { get; }

    /// <summary>Makes a new key.</summary>
    /// <exception cref="ArgumentException">A name that notes cannot carry.</exception>
    public static NoteSigner Generate(string name, NoteKeyKind kind = NoteKeyKind.Log) => NoteKeyText.IsName(name)
        ? new(name, kind, RandomNumberGenerator.GetBytes(Ed25519.SecretKeySize))
        : throw new ArgumentException("A key's name is not empty and holds no white space, control character or plus sign.", nameof(name));

    /// <exception cref="FormatException">Not a secret note key; the message does not quote it.</exception>
    public static NoteSigner Parse(string text)
    {
        text = text.Trim();
        var parts = text.StartsWith(Prefix, StringComparison.Ordinal) ? text[Prefix.Length..].Split('+', 3) : [];
        if (parts.Length != 3)
        {
            throw new FormatException("A secret note key is written PRIVATE+KEY+name+hash+base64.");
        }

        if (!NoteKeyText.TryRead(parts[0], parts[1], parts[2], out var kind, out var seed, out var fault))
        {
            throw new FormatException($"Not a secret note key: {fault}.");
        }

        var signer = new NoteSigner(parts[0], kind, seed);
        return NoteKeyText.HashMatches(parts[1], signer.Verifier.Id)
            ? signer
            : throw new FormatException("The hash in the secret note key is not that of its name and key.");
    }

    /// <summary>The secret key as text, for a file of mode 0600.</summary>
    public string ExportSecret() => Prefix + NoteKeyText.Write(Verifier.Name, Verifier.Id, Verifier.Kind, _seed);

    internal byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[Ed25519.SignatureSize];
        Ed25519.Sign(_seed, 0, message.ToArray(), 0, message.Length, signature, 0);
        return signature;
    }
}

/// <summary>The text form that public and secret note keys share.</summary>
internal static class NoteKeyText
{
    private const int KeySize = 32;

    public static bool IsName(string name) =>
        name.Length > 0 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c == '+');

    public static string Write(string name, uint id, NoteKeyKind kind, byte[] key) =>
        string.Create(CultureInfo.InvariantCulture, $"{name}+{id:x8}+{Convert.ToBase64String([(byte)kind, .. key])}");

    public static bool HashMatches(string hash, uint id) =>
        string.Equals(hash, id.ToString("x8", CultureInfo.InvariantCulture), StringComparison.Ordinal);

    public static bool TryRead(
        string name, string hash, string base64, out NoteKeyKind kind, [NotNullWhen(true)] out byte[]? key, [NotNullWhen(false)] out string? fault)
    {
        kind = default;
        key = null;
        Span<byte> bytes = stackalloc byte[1 + KeySize];
        if (!IsName(name))
        {
            fault = "the key's name is empty or holds white space";
        }
        else if (hash.Length != 8)
        {
            fault = "the key's hash is not eight hexadecimal digits";
        }
        else if (!Convert.TryFromBase64String(base64, bytes, out var written) || written != bytes.Length)
        {
            fault = "the key is not base64 of one type byte and 32 key bytes";
        }
        else if (bytes[0] is not ((byte)NoteKeyKind.Log or (byte)NoteKeyKind.Witness))
        {
            fault = $"its type is {bytes[0]}; known are 1 (Ed25519) and 4 (Ed25519 cosignature/v1)";
        }
        else
        {
            kind = (NoteKeyKind)bytes[0];
            key = bytes[1..].ToArray();
            fault = null;
            return true;
        }

        return false;
    }
}
