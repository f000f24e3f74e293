using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scanlock.Contracts;

/// <summary>A SHA-256 digest, written <c>sha256:</c> and 64 lower-case hex digits.</summary>
[JsonConverter(typeof(Sha256DigestConverter))]
public readonly record struct Sha256Digest
{
    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> s_hexDigits = SearchValues.Create("0123456789abcdef");
    private readonly string? _hex;

    private Sha256Digest(string hex) => _hex = hex;

    /// <summary>The 64 hex digits, without the prefix; what file names are made of.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("This digest was never set.");

    public static Sha256Digest Of(ReadOnlySpan<byte> bytes) => FromHash(SHA256.HashData(bytes));

    /// <summary>Digests a stream to its end.</summary>
    public static async Task<Sha256Digest> OfAsync(Stream stream, CancellationToken cancellationToken) =>
        FromHash(await SHA256.HashDataAsync(stream, cancellationToken));

    /// <summary>Takes a finished 32-byte SHA-256 hash.</summary>
    public static Sha256Digest FromHash(ReadOnlySpan<byte> hash) => hash.Length == SHA256.HashSizeInBytes
        ? new(Convert.ToHexStringLower(hash))
        : throw new ArgumentException("A SHA-256 hash has 32 bytes.", nameof(hash));

    public static bool TryParse(string? text, out Sha256Digest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + 64 || !text.StartsWith(Prefix, StringComparison.Ordinal)
            || text.AsSpan(Prefix.Length).ContainsAnyExcept(s_hexDigits))
        {
            return false;
        }

        digest = new(text[Prefix.Length..]);
        return true;
    }

    public static Sha256Digest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw new FormatException("A digest is 'sha256:' and 64 lower-case hex digits.");

    public byte[] ToBytes() => Convert.FromHexString(Hex);

    public override string ToString() => Prefix + Hex;
}

/// <summary>Reads and writes the text form; public so that other projects can generate serializers for what holds a digest.</summary>
public sealed class Sha256DigestConverter : JsonConverter<Sha256Digest>
{
    public override Sha256Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Sha256Digest.TryParse(reader.GetString(), out var digest)
            ? digest
            : throw new JsonException("A digest is 'sha256:' and 64 lower-case hex digits.");

    public override void Write(Utf8JsonWriter writer, Sha256Digest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
