using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Scanlock.Testing;

namespace Scanlock.Envelope.Tests;

/// <summary>Fixed files under made-up keys (tests/vectors/crypt4gh), written once by the peer.</summary>
public sealed class VectorTests
{
    private static readonly JsonElement s_index = JsonDocument.Parse(File.ReadAllBytes(At("vectors.json"))).RootElement;

    public static TheoryData<string, int, string> Opened { get; } = new(s_index.GetProperty("opened").EnumerateArray().Select(
        entry => (
            entry.GetProperty("file").GetString()!, entry.GetProperty("bytes").GetInt32(), entry.GetProperty("sha256").GetString()!)));

    public static TheoryData<string, string> Refused { get; } = new(s_index.GetProperty("refused").EnumerateArray().Select(
        entry => (entry.GetProperty("file").GetString()!, entry.GetProperty("reason").GetString()!)));

    [Theory]
    [MemberData(nameof(Opened))]
    public async Task A_vector_opens_to_its_plaintext(string file, int length, string sha256)
    {
        using var reader = KeyFile.ReadPrivate(At("reader-clear.sec"), []).Unwrap();
        var (refusal, plaintext) = await Content.OpenAsync(await File.ReadAllBytesAsync(At(file)), reader);
        Assert.Null(refusal);
        Assert.Equal(Content.Pattern(length), plaintext);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(plaintext)));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    [Trait("promise", "P11")]
    public async Task A_bad_vector_is_refused_with_its_reason_and_nothing_written(string file, string reason)
    {
        using var reader = KeyFile.ReadPrivate(At("reader-clear.sec"), []).Unwrap();
        var (refusal, plaintext) = await Content.OpenAsync(await File.ReadAllBytesAsync(At(file)), reader);
        Assert.Equal(reason, refusal?.Name);
        Assert.Empty(plaintext);
    }

    [Theory]
    [InlineData("reader-clear.sec", "")]
    [InlineData("reader-scrypt.sec", "correct horse")]
    [InlineData("reader-pbkdf2.sec", "correct horse")]
    public void A_private_key_file_holds_the_secret_and_matches_the_public_key_file(string file, string passphrase)
    {
        using var reader = KeyFile.ReadPrivate(At(file), Encoding.UTF8.GetBytes(passphrase)).Unwrap();
        Assert.Equal(s_index.GetProperty("reader_secret").GetString(), Convert.ToHexStringLower(reader.Bytes));
        Assert.Equal(reader.PublicKey, KeyFile.ReadPublic(At("reader.pub")).Unwrap());
    }

    [Fact]
    public void A_bcrypt_key_file_is_refused_by_name()
    {
        var refusal = KeyFile.ReadPrivate(At("reader-bcrypt.sec"), "x"u8).Refusal;
        Assert.Equal("bcrypt", Assert.IsType<UnsupportedKeyDerivation>(refusal).Derivation);
    }

    private static string At(string file) => Repository.Vector("crypt4gh", file);
}
