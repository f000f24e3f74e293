using System.Text;

namespace Scanlock.Contracts.Tests;

public sealed class Sha256DigestTests
{
    // FIPS 180-4's example message "abc".
    private const string Abc = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    [Fact]
    public async Task A_digest_is_the_same_made_from_bytes_a_stream_a_hash_or_its_text()
    {
        var digest = Sha256Digest.Parse(Abc);
        Assert.Equal(Sha256Digest.Of("abc"u8), digest);
        Assert.Equal(await Sha256Digest.OfAsync(new MemoryStream("abc"u8.ToArray()), CancellationToken.None), digest);
        Assert.Equal(Sha256Digest.FromHash(digest.ToBytes()), digest);
        Assert.Equal(Abc, digest.ToString());
        Assert.Equal(Abc["sha256:".Length..], digest.Hex);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("SHA256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha512:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha256:ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha256:a7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad0")]
    [InlineData("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a ")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../etc/passwd")]
    public void What_is_not_a_prefix_and_64_lower_case_hex_digits_is_no_digest(string? text)
    {
        Assert.False(Sha256Digest.TryParse(text, out _));
        if (text is not null)
        {
            Assert.Throws<FormatException>(() => Sha256Digest.Parse(text));
            Assert.Throws<WireFormatException>(() => Wire.Read(Encoding.UTF8.GetBytes($$"""{"job":"{{text}}","after":0}"""), ContractsJson.Strict.PollJob));
        }
    }

    [Fact]
    public void A_digest_never_set_and_a_hash_of_another_length_are_bugs()
    {
        Assert.Throws<InvalidOperationException>(() => default(Sha256Digest).Hex);
        Assert.Throws<ArgumentException>(() => Sha256Digest.FromHash(new byte[31]));
    }
}
