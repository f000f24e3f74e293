using System.Security.Cryptography;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Testing;

namespace Scanlock.Envelope.Tests;

/// <summary>
/// What Crypt4GH lets pass and the manifest does not. Every case is tried into a file and into memory, and in each nothing is left behind.
/// </summary>
[Trait("promise", "P11")]
public sealed class ManifestTamperTests : IDisposable
{
    private const int SegmentBytes = 65536 + 28;

    private readonly TestFolder folder = new();
    private readonly PrivateKey gateway = PrivateKey.Generate();
    private readonly byte[] plaintext = Content.Pattern((3 * 65536) + 500);

    [Fact]
    public async Task An_untouched_shard_opens()
    {
        var (header, body, part) = await SealAsync();
        Assert.Equal(new ManifestPart("shard-00000", Sha256Digest.Of(body), body.Length, plaintext.Length, 7), part);
        var path = folder["shard"];
        Assert.Equal(plaintext.Length, (await ToFileAsync(header, body, part, path)).Unwrap());
        Assert.Equal(plaintext, await File.ReadAllBytesAsync(path));
        if (OperatingSystem.IsLinux())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.Equal(plaintext, (await ToMemoryAsync(header, body, part)).Unwrap());
        Assert.Equal([path], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task An_empty_part_opens()
    {
        using var body = new MemoryStream();
        var sealedBody = await ManifestSealing.SealAsync(Stream.Null, body, [gateway.PublicKey], CancellationToken.None);
        Assert.Empty((await ToMemoryAsync(sealedBody.Header, body.ToArray(), sealedBody.ToPart("labels-1", 0))).Unwrap());
    }

    [Fact]
    public async Task A_cut_body_is_refused()
    {
        var (header, body, part) = await SealAsync();
        await RefusedAsync<CiphertextTooShort>(header, body[..(2 * SegmentBytes)], part);
        await RefusedAsync<CiphertextTooShort>(header, body[..^1], part);
        await RefusedAsync<CiphertextTooShort>(header, [], part);
    }

    [Fact]
    public async Task A_duplicated_segment_is_refused()
    {
        var (header, body, part) = await SealAsync();
        await RefusedAsync<CiphertextTooLong>(header, [.. body[..SegmentBytes], .. body], part);
        await RefusedAsync<CiphertextTooLong>(header, [.. body, 0], part);
    }

    [Fact]
    public async Task Swapped_segments_are_refused_although_each_is_authentic()
    {
        var (header, body, part) = await SealAsync();
        byte[] swapped = [.. body[SegmentBytes..(2 * SegmentBytes)], .. body[..SegmentBytes], .. body[(2 * SegmentBytes)..]];
        Assert.Null((await Content.OpenAsync([.. header.Span, .. swapped], gateway)).Refusal);
        await RefusedAsync<CiphertextDigestDiffers>(header, swapped, part);
    }

    [Fact]
    public async Task A_segment_from_another_body_under_the_same_key_is_refused_although_it_is_authentic()
    {
        var (header, body, part) = await SealAsync();
        using var key = Header.OpenSingle(header.Span, gateway).Unwrap();
        using var other = new MemoryStream();
        await Body.EncryptAsync(new MemoryStream(new byte[65536]), other, key, CancellationToken.None);
        byte[] spliced = [.. other.ToArray(), .. body[SegmentBytes..]];
        Assert.Null((await Content.OpenAsync([.. header.Span, .. spliced], gateway)).Refusal);
        await RefusedAsync<CiphertextDigestDiffers>(header, spliced, part);
    }

    [Fact]
    public async Task An_altered_byte_anywhere_is_refused()
    {
        var (header, body, part) = await SealAsync();
        foreach (var at in new[] { 0, 12, 1000, SegmentBytes - 1, SegmentBytes, body.Length - 1 })
        {
            var altered = body.ToArray();
            altered[at] ^= 1;
            await RefusedAsync<CiphertextDigestDiffers>(header, altered, part);
        }
    }

    [Fact]
    public async Task The_body_of_another_shard_is_refused()
    {
        var (header, _, part) = await SealAsync();
        var (_, another, _) = await SealAsync();
        await RefusedAsync<CiphertextDigestDiffers>(header, another, part);
    }

    [Fact]
    public async Task The_header_of_another_shard_is_refused()
    {
        var (_, body, part) = await SealAsync();
        var (another, _, _) = await SealAsync();
        await RefusedAsync<HeaderOfAnotherBody>(another, body, part);
    }

    [Fact]
    public async Task The_header_of_another_gateways_dataset_is_refused()
    {
        var (_, body, part) = await SealAsync();
        using var key = DataKey.Random();
        using var anotherGateway = PrivateKey.Generate();
        await RefusedAsync<NotForThisKey>(Header.Create(key, [anotherGateway.PublicKey]), body, part);
    }

    [Fact]
    public async Task An_injected_key_packet_is_refused_before_the_body_is_read()
    {
        var (header, _, part) = await SealAsync();
        using var injected = DataKey.Random();
        var packet = Header.Create(injected, [gateway.PublicKey])[16..];
        byte[] both = [.. header.Span, .. packet];
        both[12] = 2;
        await RefusedAsync<SeveralDataKeys>(both, null, part);
    }

    [Fact]
    public async Task A_writers_key_of_all_zero_is_refused()
    {
        var (header, _, part) = await SealAsync();
        var zero = header.ToArray();
        zero.AsSpan(16 + 8, 32).Clear();
        await RefusedAsync<AllZeroSharedSecret>(zero, null, part);
    }

    [Fact]
    public async Task An_edit_list_is_refused()
    {
        await Peer.SkipUnlessThereAsync();
        var (_, _, part) = await SealAsync();
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var header = await Peer.HeaderAsync(Peer.KeyPacket(gateway.PublicKey, key), Peer.Packet("edit-list", gateway.PublicKey));
        await RefusedAsync<EditListPresent>(header, null, part);
    }

    [Fact]
    public async Task Sizes_that_cannot_both_be_true_are_refused_before_anything_is_read()
    {
        var (header, _, part) = await SealAsync();
        foreach (var plaintextBytes in new[] { -1, part.PlaintextBytes - 1, part.PlaintextBytes + 1, long.MaxValue })
        {
            await RefusedAsync<SizesDisagree>(header, null, part with { PlaintextBytes = plaintextBytes });
        }
    }

    [Fact]
    public async Task A_part_over_the_callers_limit_is_not_opened_into_memory()
    {
        var (header, _, part) = await SealAsync();
        var opening = await ManifestOpening.ToMemoryAsync(
            header, new Unreadable(), part, gateway, limit: plaintext.Length - 1, CancellationToken.None);
        Assert.Equal(new OverLimit(plaintext.Length, plaintext.Length - 1), opening.Refusal);
    }

    [Fact]
    public async Task The_file_has_no_name_until_the_last_byte_has_been_checked()
    {
        var (header, body, part) = await SealAsync();
        var seen = new List<bool>();
        using var watched = new WatchedStream(new MemoryStream(body), () => seen.Add(File.Exists(folder["shard"])));
        var opening = await ManifestOpening.ToFileAsync(header, watched, part, gateway, folder["shard"], CancellationToken.None);
        Assert.False(opening.IsRefused);
        Assert.True(seen.Count > 1);
        Assert.All(seen, Assert.False);
        Assert.True(File.Exists(folder["shard"]));
    }

    [Fact]
    public async Task A_file_left_by_a_killed_process_is_no_obstacle()
    {
        var (header, body, part) = await SealAsync();
        await File.WriteAllTextAsync(folder["shard.unchecked"], "half");
        await ToFileAsync(header, body, part, folder["shard"]);
        Assert.Equal(plaintext, await File.ReadAllBytesAsync(folder["shard"]));
    }

    [Fact]
    public async Task A_body_that_fails_midway_leaves_no_file()
    {
        var (header, body, part) = await SealAsync();
        using var broken = new BrokenStream(new MemoryStream(body), breaksAt: 100_000);
        await Assert.ThrowsAsync<IOException>(
            () => ManifestOpening.ToFileAsync(header, broken, part, gateway, folder["shard"], CancellationToken.None));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    public void Dispose()
    {
        gateway.Dispose();
        folder.Dispose();
    }

    private async Task<(ReadOnlyMemory<byte> Header, byte[] Body, ManifestPart Part)> SealAsync()
    {
        using var body = new MemoryStream();
        var sealedBody = await ManifestSealing.SealAsync(new MemoryStream(plaintext), body, [gateway.PublicKey], CancellationToken.None);
        return (sealedBody.Header, body.ToArray(), sealedBody.ToPart("shard-00000", samples: 7));
    }

    /// <summary>A null body must be refused without a read.</summary>
    private async Task RefusedAsync<T>(ReadOnlyMemory<byte> header, byte[]? body, ManifestPart part)
        where T : EnvelopeRefusal
    {
        Assert.IsType<T>((await ToFileAsync(header, body, part, folder["refused"])).Refusal);
        Assert.Empty(Directory.GetFiles(folder.Path));
        Assert.IsType<T>((await ToMemoryAsync(header, body, part)).Refusal);
    }

    private async Task<Opening<long>> ToFileAsync(ReadOnlyMemory<byte> header, byte[]? body, ManifestPart part, string path)
    {
        using var stream = Open(body);
        return await ManifestOpening.ToFileAsync(header, stream, part, gateway, path, CancellationToken.None);
    }

    private async Task<Opening<byte[]>> ToMemoryAsync(ReadOnlyMemory<byte> header, byte[]? body, ManifestPart part)
    {
        using var stream = Open(body);
        return await ManifestOpening.ToMemoryAsync(header, stream, part, gateway, limit: 1 << 20, CancellationToken.None);
    }

    private static Stream Open(byte[]? body) => body is null ? new Unreadable() : new MemoryStream(body);
}
