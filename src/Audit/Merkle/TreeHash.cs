using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Scanlock.Audit;

/// <summary>One SHA-256 hash of a Merkle tree (RFC 6962, section 2.1), compared by value.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TreeHash
{
    public const int Size = SHA256.HashSizeInBytes;

    private readonly ulong _a, _b, _c, _d;

    private TreeHash(ReadOnlySpan<byte> bytes)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>The root of a tree without entries: the hash of nothing.</summary>
    public static TreeHash EmptyRoot { get; } = new(SHA256.HashData([]));

    /// <exception cref="ArgumentException">Not exactly 32 bytes.</exception>
    public static TreeHash FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new(bytes)
        : throw new ArgumentException($"A tree hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>Reads the base64 that checkpoints and proofs write; only the one canonical spelling is taken.</summary>
    public static bool TryParseBase64(ReadOnlySpan<char> text, out TreeHash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length == 44 && Convert.TryFromBase64Chars(text, bytes, out var written) && written == Size)
        {
            hash = new(bytes);
            return text.SequenceEqual(hash.ToBase64());
        }

        hash = default;
        return false;
    }

    /// <summary>The hash of an entry: SHA-256 over a zero byte and the entry's bytes.</summary>
    public static TreeHash OfLeaf(ReadOnlySpan<byte> entry)
    {
        // Copied behind the zero byte: hashing in one call costs a fraction of hashing in parts.
        var input = ArrayPool<byte>.Shared.Rent(1 + entry.Length);
        input[0] = 0;
        entry.CopyTo(input.AsSpan(1));
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(input.AsSpan(0, 1 + entry.Length), digest);
        ArrayPool<byte>.Shared.Return(input);
        return new(digest);
    }

    /// <summary>The hash of an inner node: SHA-256 over a one byte and the hashes of its children.</summary>
    public static TreeHash OfNode(TreeHash left, TreeHash right)
    {
        Span<byte> input = stackalloc byte[1 + (2 * Size)];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + Size)..]);
        Span<byte> digest = stackalloc byte[Size];
        SHA256.HashData(input, digest);
        return new(digest);
    }

    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    public string ToBase64() => Convert.ToBase64String(ToArray());

    public override string ToString() => ToBase64();
}
