using System.Text.Json;
using Scanlock.Testing;

namespace Scanlock.Envelope.Tests;

/// <summary>Keys neither show themselves nor outlive their use (P10: job keys are gone).</summary>
[Trait("promise", "P10")]
public sealed class SecrecyTests
{
    private static readonly byte[] s_secret = [.. Enumerable.Range(0x61, 32).Select(i => (byte)i)];

    [Fact]
    public void No_key_shows_itself_as_text_or_json()
    {
        using var dataKey = new DataKey(s_secret);
        using var privateKey = new PrivateKey(s_secret);
        using var keys = new DataKeys();
        keys.Add(dataKey);
        Opening<PrivateKey> opening = privateKey;
        string[] texts =
        [
            dataKey.ToString(), privateKey.ToString(), $"{keys}", $"{opening}", string.Format(null, "{0}", dataKey),
            JsonSerializer.Serialize(dataKey), JsonSerializer.Serialize(privateKey), JsonSerializer.Serialize(keys),
        ];
        Assert.All(texts, ShowsNothing);
    }

    [Fact]
    public async Task No_refusal_or_exception_shows_a_key()
    {
        using var folder = new TestFolder();
        using var reader = new PrivateKey(s_secret);
        using var key = new DataKey(s_secret);
        var header = Header.Create(key, [reader.PublicKey]);
        using var body = new MemoryStream();
        var another = await ManifestSealing.SealAsync(new MemoryStream(s_secret), body, [reader.PublicKey], CancellationToken.None);
        var part = another.ToPart("shard", 1);
        body.Position = 0;
        var refusal = (await ManifestOpening.ToFileAsync(header, body, part, reader, folder["x"], CancellationToken.None)).Refusal;
        Assert.IsType<HeaderOfAnotherBody>(refusal);
        ShowsNothing(refusal.ToString());

        key.Dispose();
        reader.Dispose();
        ShowsNothing(Assert.Throws<ObjectDisposedException>(() => Header.Create(key, [reader.PublicKey])).ToString());
        ShowsNothing(Assert.Throws<ObjectDisposedException>(() => Header.Open(header, reader)).ToString());
        ShowsNothing(Assert.Throws<ArgumentException>(() => new DataKey([.. s_secret, 0])).ToString());
        ShowsNothing(Assert.Throws<InvalidOperationException>(() => Header.Open([], PrivateKey.Generate()).Unwrap()).ToString());
    }

    [Fact]
    public void A_disposed_key_is_zero()
    {
        var key = new DataKey(s_secret);
        var bytes = key.Bytes;
        key.Dispose();
        Assert.Equal(new byte[32], bytes);
    }

    [Fact]
    public void Disposing_a_readers_keys_wipes_each()
    {
        using var reader = PrivateKey.Generate();
        var keys = Header.Open(Header.Create(DataKey.Random(), [reader.PublicKey]), reader).Unwrap();
        var bytes = keys.All[0].Bytes;
        keys.Dispose();
        Assert.Equal(new byte[32], bytes);
    }

    private static void ShowsNothing(string text)
    {
        Assert.DoesNotContain(Convert.ToHexString(s_secret.AsSpan(0, 4)), text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToBase64String(s_secret)[..8], text, StringComparison.Ordinal);
        Assert.DoesNotContain("abcd", text, StringComparison.Ordinal);
        Assert.DoesNotContain("97,98,99", text.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
