namespace Scanlock.Envelope.Tests;

/// <summary>Both ways between Scanlock and an implementation that shares no code with it.</summary>
public sealed class PeerTests
{
    [Theory]
    [MemberData(nameof(Content.Sizes), MemberType = typeof(Content))]
    public async Task The_peer_opens_what_we_seal(int length)
    {
        await Peer.SkipUnlessThereAsync();
        using var reader = PrivateKey.Generate();
        var plaintext = Content.Pattern(length);
        Assert.Equal(plaintext, await Peer.DecryptAsync(await Content.SealAsync(plaintext, reader.PublicKey), reader));
    }

    [Theory]
    [MemberData(nameof(Content.Sizes), MemberType = typeof(Content))]
    public async Task We_open_what_the_peer_seals(int length)
    {
        await Peer.SkipUnlessThereAsync();
        using var reader = PrivateKey.Generate();
        var plaintext = Content.Pattern(length);
        var (refusal, opened) = await Content.OpenAsync(await Peer.EncryptAsync(plaintext, reader.PublicKey), reader);
        Assert.Null(refusal);
        Assert.Equal(plaintext, opened);
    }

    [Fact]
    public async Task Each_of_several_recipients_opens_what_either_side_seals()
    {
        await Peer.SkipUnlessThereAsync();
        using var first = PrivateKey.Generate();
        using var second = PrivateKey.Generate();
        using var third = PrivateKey.Generate();
        PrivateKey[] readers = [first, second, third];
        PublicKey[] recipients = [.. readers.Select(reader => reader.PublicKey)];
        var plaintext = Content.Pattern(100_000);
        var ours = await Content.SealAsync(plaintext, recipients);
        var theirs = await Peer.EncryptAsync(plaintext, recipients);
        foreach (var reader in readers)
        {
            Assert.Equal(plaintext, await Peer.DecryptAsync(ours, reader));
            Assert.Equal(plaintext, (await Content.OpenAsync(theirs, reader)).Plaintext);
        }
    }

    [Fact]
    public async Task The_peer_opens_a_body_with_the_header_we_encrypted_again_for_it_and_only_that()
    {
        await Peer.SkipUnlessThereAsync();
        using var gateway = PrivateKey.Generate();
        using var job = PrivateKey.Generate();
        var plaintext = Content.Pattern(200_000);
        var theirs = await Peer.EncryptAsync(plaintext, gateway.PublicKey);
        using var stream = new MemoryStream(theirs);
        var header = (await Header.ReadAsync(stream, CancellationToken.None)).Unwrap();
        var body = theirs[header.Length..];
        var rekeyed = Header.Reencrypt(header, gateway, [job.PublicKey]).Unwrap();
        Assert.Equal(plaintext, await Peer.DecryptAsync([.. rekeyed, .. body], job));
        Assert.IsType<NotForThisKey>(Header.Open(rekeyed, gateway).Refusal);
    }

    [Fact]
    public async Task Public_keys_are_derived_as_the_peer_derives_them()
    {
        await Peer.SkipUnlessThereAsync();
        using var key = PrivateKey.Generate();
        var theirs = await Peer.TextAsync("public", Convert.ToHexStringLower(key.Bytes));
        Assert.Equal(theirs, Convert.ToHexStringLower(key.PublicKey.ToArray()));
    }
}
