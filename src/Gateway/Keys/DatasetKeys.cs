using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Scanlock.Contracts;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Keys;

/// <summary>
/// One random key per dataset, in the key directory: what links patients to pseudonyms, and labels to objects. Destroying it
/// breaks both links for good (P10).
/// </summary>
public sealed class DatasetKeys(GatewayKeys keys)
{
    private readonly ConcurrentDictionary<string, DatasetHashes> _open = new(StringComparer.Ordinal);

    /// <summary>Makes the dataset's key unless it is there already.</summary>
    public void Create(string dataset)
    {
        OwnerOnly.CreateDirectory(Folder);
        if (!File.Exists(PathOf(dataset)))
        {
            OwnerOnly.WriteWhole(PathOf(dataset), RandomNumberGenerator.GetBytes(DatasetHashes.KeyBytes));
        }
    }

    /// <exception cref="IOException">The key directory has lost this dataset's key.</exception>
    public DatasetHashes Open(string dataset) => _open.GetOrAdd(dataset, name => new DatasetHashes(File.ReadAllBytes(PathOf(name))));

    public void Destroy(string dataset)
    {
        _open.TryRemove(dataset, out _);
        File.Delete(PathOf(dataset));
    }

    private string Folder => Path.Combine(keys.Folder, "datasets");

    private string PathOf(string dataset) => Path.Combine(Folder, $"{dataset}.key");
}

/// <summary>Hashes under one dataset's key (HMAC-SHA256). Each purpose has its own prefix, so no two kinds of hash can be matched.</summary>
public sealed class DatasetHashes
{
    public const int KeyBytes = 32;
    private const int PseudonymHexDigits = 16;
    private readonly byte[] _key;
    private readonly byte[] _pseudonyms;

    internal DatasetHashes(byte[] key)
    {
        _key = key.Length == KeyBytes ? key : throw new InvalidDataException("A dataset's key file does not hold 32 bytes.");
        _pseudonyms = Hash(_key, "subkey", "pseudonyms");
    }

    /// <summary>
    /// What an intake worker makes the pseudonyms, UIDs and days of archived DICOM with, base64url. A subkey, for the worker takes hostile
    /// objects: with it neither labels nor objects can be matched.
    /// </summary>
    public string WorkerKey => Base64Url.EncodeToString(_pseudonyms);

    /// <summary>The pseudonym of a patient, by whatever identifies them at the hospital: the one their archived DICOM has too.</summary>
    public string Patient(string identifier) => "p" + Convert.ToHexStringLower(Hash(_pseudonyms, "pseudonym:patient", identifier))[..PseudonymHexDigits];

    /// <summary>The pseudonym of a series.</summary>
    public string Series(string seriesUid) => "s" + Hash("pseudonym:series", seriesUid)[..PseudonymHexDigits];

    /// <summary>What the database knows an object by, from its digest: two with the same bytes are one.</summary>
    public string ObjectKey(Sha256Digest bytes) => Hash("sample", bytes.Hex)[..32];

    /// <summary>The key of a sample in its shard. The first frame's is the object's own: most objects have no other.</summary>
    public string Sample(Sha256Digest bytes, int frame) => frame == 0 ? ObjectKey(bytes) : Hash("sample", $"{bytes.Hex}#{frame}")[..32];

    /// <summary>What the database keeps of an identifier, to match labels by: <paramref name="kind"/> as labels name their keys.</summary>
    public string Match(string kind, string identifier) => Hash($"match:{kind}", identifier)[..32];

    public string? MatchOrNull(string kind, string? identifier) => identifier is null ? null : Match(kind, identifier);

    private string Hash(string purpose, string value) => Convert.ToHexStringLower(Hash(_key, purpose, value));

    private static byte[] Hash(byte[] key, string purpose, string value) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{purpose}\0{value}"));
}
