using System.Security.Cryptography;

namespace Scanlock.Envelope;

/// <summary>
/// Thirty-two secret bytes: never printed, never moved by the garbage collector (which would leave copies behind), wiped on disposal.
/// </summary>
public abstract class SecretKey : IDisposable
{
    /// <summary>Bytes in every key of Crypt4GH.</summary>
    public const int Length = 32;

    private readonly byte[] bytes = GC.AllocateArray<byte>(Length, pinned: true);
    private bool disposed;

    private protected SecretKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Length)
        {
            throw new ArgumentException($"a key has {Length} bytes, not {key.Length}", nameof(key));
        }

        key.CopyTo(bytes);
    }

    private protected SecretKey() => RandomNumberGenerator.Fill(bytes);

    /// <summary>The key itself; the array stays this object's and is wiped with it.</summary>
    internal byte[] Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return bytes;
        }
    }

    public void Dispose()
    {
        disposed = true;
        CryptographicOperations.ZeroMemory(bytes);
        GC.SuppressFinalize(this);
    }

    public sealed override string ToString() => $"{GetType().Name}(not shown)";
}

/// <summary>The random key one body is encrypted under (the specification's K_data). Never derived from content.</summary>
public sealed class DataKey : SecretKey
{
    private DataKey()
    {
    }

    internal DataKey(ReadOnlySpan<byte> key)
        : base(key)
    {
    }

    public static DataKey Random() => new();
}

/// <summary>An X25519 private key, the reader's or the writer's.</summary>
public sealed class PrivateKey : SecretKey
{
    private PrivateKey() => PublicKey = KeyExchange.PublicKeyOf(this);

    internal PrivateKey(ReadOnlySpan<byte> key)
        : base(key) => PublicKey = KeyExchange.PublicKeyOf(this);

    public PublicKey PublicKey { get; }

    public static PrivateKey Generate() => new();
}

/// <summary>The data keys a header holds for one reader, in header order; disposing wipes all.</summary>
public sealed class DataKeys : IDisposable
{
    private readonly List<DataKey> keys = [];

    internal DataKeys()
    {
    }

    public int Count => keys.Count;

    internal IReadOnlyList<DataKey> All => keys;

    internal void Add(DataKey key) => keys.Add(key);

    public void Dispose() => keys.ForEach(key => key.Dispose());

    public override string ToString() => $"{Count} data keys(not shown)";
}
