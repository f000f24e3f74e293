using System.Text;
using Scanlock.Testing;

namespace Scanlock.Envelope.Tests;

public sealed class KeyFileTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Theory]
    [InlineData("", KeyDerivation.Scrypt)]
    [InlineData("pass phrase ü", KeyDerivation.Scrypt)]
    [InlineData("pass phrase ü", KeyDerivation.Pbkdf2HmacSha256)]
    public async Task A_key_pair_written_here_reads_the_same_here_and_at_the_peer(string passphrase, KeyDerivation derivation)
    {
        var secret = Encoding.UTF8.GetBytes(passphrase);
        var files = KeyFile.Generate(folder["mine"], secret, derivation).Unwrap();
        Assert.Equal(new KeyPairFiles(folder["mine.sec"], folder["mine.pub"], files.PublicKey), files);
        using var key = KeyFile.ReadPrivate(files.PrivateKeyPath, secret).Unwrap();
        Assert.Equal(files.PublicKey, key.PublicKey);
        Assert.Equal(files.PublicKey, KeyFile.ReadPublic(files.PublicKeyPath).Unwrap());
        await Peer.SkipUnlessThereAsync();
        Assert.Equal(Convert.ToHexStringLower(key.Bytes), await Peer.TextAsync("read-key", files.PrivateKeyPath, passphrase));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("scrypt")]
    [InlineData("pbkdf2_hmac_sha256")]
    public async Task A_private_key_the_peer_wrote_reads_the_same_here(string derivation)
    {
        await Peer.SkipUnlessThereAsync();
        using var key = PrivateKey.Generate();
        await Peer.TextAsync("write-key", folder["theirs.sec"], Convert.ToHexStringLower(key.Bytes), derivation, "open sesame");
        using var read = KeyFile.ReadPrivate(folder["theirs.sec"], "open sesame"u8).Unwrap();
        Assert.Equal(key.Bytes, read.Bytes);
    }

    [Fact]
    public void The_private_key_file_is_its_owners_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "file modes are Unix");
        var files = KeyFile.Generate(folder["mine"], []).Unwrap();
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.PrivateKeyPath));
        }
    }

    [Theory]
    [InlineData("mine.sec")]
    [InlineData("mine.pub")]
    public void A_file_that_is_there_is_not_overwritten_and_its_pair_not_written(string there)
    {
        File.WriteAllText(folder[there], "precious");
        Assert.Equal(new KeyFileExists(folder[there]), KeyFile.Generate(folder["mine"], []).Refusal);
        Assert.Equal([folder[there]], Directory.GetFiles(folder.Path));
        Assert.Equal("precious", File.ReadAllText(folder[there]));
    }

    [Fact]
    public void A_wrong_or_missing_passphrase_is_said_plainly()
    {
        var files = KeyFile.Generate(folder["mine"], "right"u8).Unwrap();
        Assert.Equal(new WrongPassphrase(files.PrivateKeyPath), KeyFile.ReadPrivate(files.PrivateKeyPath, "wrong"u8).Refusal);
        Assert.Equal(new PassphraseNeeded(files.PrivateKeyPath), KeyFile.ReadPrivate(files.PrivateKeyPath, []).Refusal);
        Assert.DoesNotContain("right", File.ReadAllText(files.PrivateKeyPath), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CRYPT4GH PRIVATE KEY-----\nAAAA")]
    [InlineData("-----BEGIN CRYPT4GH PRIVATE KEY-----\nAAAA\n-----END CRYPT4GH PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN CRYPT4GH PRIVATE KEY-----\nYzRnaC12MQAEbm9uZQAEbm9uZQAgAAAA\n-----END CRYPT4GH PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN CRYPT4GH PUBLIC KEY-----\nAAAA\n-----END CRYPT4GH PUBLIC KEY-----\n")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n")]
    public void A_file_that_holds_no_whole_key_is_named_as_unreadable(string text)
    {
        File.WriteAllText(folder["bad"], text);
        Assert.Equal(folder["bad"], Assert.IsType<UnreadableKeyFile>(KeyFile.ReadPrivate(folder["bad"], []).Refusal).Path);
        Assert.Equal(folder["bad"], Assert.IsType<UnreadableKeyFile>(KeyFile.ReadPublic(folder["bad"]).Refusal).Path);
    }

    [Fact]
    public void A_private_key_given_where_a_public_one_is_wanted_is_named_as_such()
    {
        var files = KeyFile.Generate(folder["mine"], []).Unwrap();
        var refusal = Assert.IsType<UnreadableKeyFile>(KeyFile.ReadPublic(files.PrivateKeyPath).Refusal);
        Assert.Contains("'CRYPT4GH PRIVATE KEY'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Equal(new UnreadableKeyFile(folder["none"], "there is no such file"), KeyFile.ReadPublic(folder["none"]).Refusal);

    [Fact]
    public void A_public_key_file_of_low_order_is_refused()
    {
        var zero = Convert.ToBase64String(new byte[32]);
        File.WriteAllText(folder["zero.pub"], $"-----BEGIN CRYPT4GH PUBLIC KEY-----\n{zero}\n-----END CRYPT4GH PUBLIC KEY-----\n");
        var refusal = Assert.IsType<UnreadableKeyFile>(KeyFile.ReadPublic(folder["zero.pub"]).Refusal);
        Assert.Contains("low order", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
