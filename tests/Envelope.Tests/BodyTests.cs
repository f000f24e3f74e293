namespace Scanlock.Envelope.Tests;

public sealed class BodyTests : IDisposable
{
    private readonly PrivateKey reader = PrivateKey.Generate();

    [Fact]
    [Trait("promise", "P2")]
    public async Task The_same_content_never_makes_the_same_ciphertext_twice()
    {
        using var key = DataKey.Random();
        var plaintext = Content.Pattern(200_000);
        using var first = new MemoryStream();
        using var second = new MemoryStream();
        await Body.EncryptAsync(new MemoryStream(plaintext), first, key, CancellationToken.None);
        await Body.EncryptAsync(new MemoryStream(plaintext), second, key, CancellationToken.None);
        Assert.NotEqual(first.ToArray(), second.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData((512 * 1024) + 347)]
    public async Task What_is_sealed_in_memory_opens_for_each_recipient_as_any_file_does(int bytes)
    {
        using var other = PrivateKey.Generate();
        var plaintext = Content.Pattern(bytes);
        var file = new byte[WholeFile.SealedBytes(bytes, 2)];
        WholeFile.Seal(plaintext, [reader.PublicKey, other.PublicKey], file);
        Assert.Equal(plaintext, (await Content.OpenAsync(file, reader)).Plaintext);
        Assert.Equal(plaintext, (await Content.OpenAsync(file, other)).Plaintext);
        var again = new byte[file.Length];
        WholeFile.Seal(plaintext, [reader.PublicKey, other.PublicKey], again);
        Assert.NotEqual(file, again);
    }

    [Fact]
    public async Task A_source_that_breaks_breaks_the_encryption_and_never_looks_like_an_end()
    {
        using var broken = new BrokenStream(new Zeros(10 << 20), breaksAt: 3_000_000);
        var thrown = await Assert.ThrowsAsync<IOException>(
            () => WholeFile.SealAsync(broken, Stream.Null, [reader.PublicKey], CancellationToken.None));
        Assert.Equal("the connection was lost", thrown.Message);
    }

    [Fact]
    public async Task A_destination_that_breaks_ends_the_encryption_though_the_source_has_no_end()
    {
        using var key = DataKey.Random();
        using var full = new MemoryStream(new byte[1_000_000]);
        await Assert.ThrowsAsync<NotSupportedException>(
            () => Body.EncryptAsync(new Zeros(long.MaxValue), full, key, CancellationToken.None));
    }

    [Fact]
    public async Task Cancelling_stops_an_endless_encryption()
    {
        using var key = DataKey.Random();
        using var cancel = new CancellationTokenSource();
        var running = Body.EncryptAsync(new Zeros(long.MaxValue), Stream.Null, key, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_bad_segment_ends_the_decryption_though_the_source_has_no_end()
    {
        using var keys = Header.Open(Header.Create(DataKey.Random(), [reader.PublicKey]), reader).Unwrap();
        var opening = await Body.DecryptAsync(new Zeros(long.MaxValue), Stream.Null, keys, CancellationToken.None);
        Assert.Equal(new SegmentNotAuthentic(0), opening.Refusal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(27)]
    public async Task A_rest_too_short_to_be_a_segment_is_refused(int rest)
    {
        var file = await Content.SealAsync(Content.Pattern(65536), reader.PublicKey);
        var (refusal, plaintext) = await Content.OpenAsync([.. file, .. new byte[rest]], reader);
        Assert.Equal(new SegmentNotAuthentic(1), refusal);
        Assert.Equal(65536, plaintext.Length);
    }

    public void Dispose() => reader.Dispose();
}
