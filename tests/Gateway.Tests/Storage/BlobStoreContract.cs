using System.Security.Cryptography;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Tests.Storage;

/// <summary>What every blob store keeps to, whatever it stands on.</summary>
public abstract class BlobStoreContract
{
    private protected const string Name = "bodies/d/shard-00000";

    /// <summary>More than two blocks of a store that writes in blocks.</summary>
    private protected const int Large = (9 << 20) + 17;

    /// <summary>Opens the store anew, as the process that comes after one that was killed does.</summary>
    private protected abstract IBlobStore Open();

    /// <summary>Puts other bytes where a blob's bytes lie, as whoever runs the store could.</summary>
    private protected abstract Task AlterAsync(string name, byte[] content);

    private protected IBlobStore Store => field ??= Open();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(4 << 20)]
    [InlineData((4 << 20) + 1)]
    [InlineData(Large)]
    public async Task A_blob_comes_back_as_it_was_written(int bytes)
    {
        var content = RandomNumberGenerator.GetBytes(bytes);
        var written = await Store.WriteAsync(Name, content, CancellationToken.None);
        Assert.Equal(bytes, written.Bytes);
        Assert.Equal(content, await ReadCheckedAsync(written));
        Assert.Equal(content, await ReadAsync());
        Assert.Equal([Name], await Store.ListAsync("bodies/d", CancellationToken.None));
    }

    [Fact]
    public async Task A_blob_written_in_odd_pieces_comes_back_whole()
    {
        var content = RandomNumberGenerator.GetBytes(Large);
        var written = await Store.WriteAsync(Name, (stream, token) => WriteInPiecesAsync(stream, content, 100_003, token), CancellationToken.None);
        Assert.Equal(content, await ReadCheckedAsync(written));
    }

    [Fact]
    public async Task A_blob_takes_the_place_of_the_one_before()
    {
        foreach (var bytes in (int[])[10, Large, 0, Large, 3])
        {
            var content = RandomNumberGenerator.GetBytes(bytes);
            Assert.Equal(content, await ReadCheckedAsync(await Store.WriteAsync(Name, content, CancellationToken.None)));
        }

        Assert.Single(await Store.ListAsync("bodies", CancellationToken.None));
    }

    [Fact]
    public async Task A_folder_lists_what_is_below_it_and_nothing_else()
    {
        foreach (var name in (string[])["bodies/d/b", "bodies/d/a", "bodies/d/deep/er", "bodies/d2/a", "bodies/d-", "headers/d/a"])
        {
            await Store.WriteAsync(name, new byte[] { 1 }, CancellationToken.None);
        }

        Assert.Equal(["bodies/d/a", "bodies/d/b", "bodies/d/deep/er"], await Store.ListAsync("bodies/d", CancellationToken.None));
        Assert.Empty(await Store.ListAsync("results/none", CancellationToken.None));
        await Store.DeleteAllAsync("bodies/d", CancellationToken.None);
        Assert.Equal(["bodies/d-", "bodies/d2/a"], await Store.ListAsync("bodies", CancellationToken.None));
    }

    [Fact]
    public async Task What_was_deleted_is_gone_and_deleting_it_again_is_no_error()
    {
        await Store.WriteAsync(Name, new byte[] { 1 }, CancellationToken.None);
        await Store.DeleteAsync(Name, CancellationToken.None);
        await Store.DeleteAsync(Name, CancellationToken.None);
        await Store.DeleteAsync("bodies/never/was", CancellationToken.None);
        Assert.Null(await Store.OpenReadAsync(Name, CancellationToken.None));
        Assert.Empty(await Store.ListAsync("bodies/d", CancellationToken.None));
        await Assert.ThrowsAsync<BlobAlteredException>(() => ReadCheckedAsync(new(Contracts.Sha256Digest.Of([]), 0)));
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(200_000, 199_999)]
    [InlineData(200_000, 0)]
    public async Task An_altered_blob_is_never_read_to_its_end(int bytes, int at)
    {
        var content = RandomNumberGenerator.GetBytes(bytes);
        var written = await Store.WriteAsync(Name, content, CancellationToken.None);
        content[at] ^= 1;
        await AlterAsync(Name, content);
        await using var stream = await Store.OpenCheckedAsync(Name, written.Digest, written.Bytes, CancellationToken.None);
        var read = new MemoryStream();
        await Assert.ThrowsAsync<BlobAlteredException>(() => stream.CopyToAsync(read));
        Assert.True(read.Length < bytes);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_blob_cut_or_grown_is_altered(int by)
    {
        var content = RandomNumberGenerator.GetBytes(64 * 1024);
        var written = await Store.WriteAsync(Name, content, CancellationToken.None);
        await AlterAsync(Name, by < 0 ? content[..^1] : [.. content, 0]);
        await Assert.ThrowsAsync<BlobAlteredException>(() => ReadCheckedAsync(written));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Large)]
    [Trait("promise", "P9")]
    public async Task A_write_that_fails_leaves_the_blob_that_was_there(int bytes)
    {
        await Assert.ThrowsAsync<FormatException>(() => FailAfterAsync(bytes));
        Assert.Null(await Store.OpenReadAsync(Name, CancellationToken.None));
        Assert.Empty(await Store.ListAsync("bodies/d", CancellationToken.None));

        var written = await Store.WriteAsync(Name, new byte[] { 1, 2, 3 }, CancellationToken.None);
        await Assert.ThrowsAsync<FormatException>(() => FailAfterAsync(bytes));
        Assert.Equal(new byte[] { 1, 2, 3 }, await ReadCheckedAsync(written));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task What_a_killed_writer_left_is_seen_by_nobody_and_in_nobodys_way()
    {
        var (underway, killed) = (new TaskCompletionSource(), new TaskCompletionSource());
        var writing = Store.WriteAsync(
            Name,
            async (stream, token) =>
            {
                await WriteInPiecesAsync(stream, RandomNumberGenerator.GetBytes(Large), 1 << 20, token);
                underway.SetResult();
                await killed.Task;
            },
            CancellationToken.None);
        await underway.Task;

        var next = Open();
        Assert.Null(await next.OpenReadAsync(Name, CancellationToken.None));
        Assert.Empty(await next.ListAsync("bodies", CancellationToken.None));
        var content = RandomNumberGenerator.GetBytes(Large);
        await next.WriteAsync(Name, content, CancellationToken.None);

        // Should the writer live after all, it is told, and what came after it stays.
        killed.SetResult();
        await Assert.ThrowsAnyAsync<IOException>(() => writing);
        Assert.Equal(content, await ReadAsync());
    }

    [Fact]
    public async Task Of_writers_at_once_one_wins_whole()
    {
        var contents = Enumerable.Range(0, 6).Select(_ => RandomNumberGenerator.GetBytes(Large)).ToList();
        var all = await Task.WhenAll(contents.Select(content =>
            Store.WriteAsync(Name, (stream, token) => WriteInPiecesAsync(stream, content, 777_777, token), CancellationToken.None)));
        var left = Contracts.Sha256Digest.Of(await ReadAsync());
        Assert.Contains(left, all.Select(written => written.Digest));
        Assert.Equal(contents.Select(content => Contracts.Sha256Digest.Of(content)), all.Select(written => written.Digest));
    }

    [Fact]
    public async Task Who_reads_while_a_blob_is_replaced_sees_one_of_the_two()
    {
        var (before, after) = (RandomNumberGenerator.GetBytes(Large), RandomNumberGenerator.GetBytes(Large));
        await Store.WriteAsync(Name, before, CancellationToken.None);
        await using var reading = (await Store.OpenReadAsync(Name, CancellationToken.None))!;
        var read = new byte[Large];
        await reading.ReadExactlyAsync(read.AsMemory(0, 1000));
        await Store.WriteAsync(Name, after, CancellationToken.None);
        await reading.ReadExactlyAsync(read.AsMemory(1000));
        Assert.Equal(before, read);
        Assert.Equal(after, await ReadAsync());
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("bodies/../../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("bodies//x")]
    [InlineData("bodies/X")]
    [InlineData("bodies/x?comp=block")]
    [InlineData("")]
    [InlineData(".incoming/x")]
    public async Task A_name_cannot_leave_the_store(string name)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync(name, new byte[1], CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.OpenReadAsync(name, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ListAsync(name, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(name, CancellationToken.None));
    }

    [Fact]
    public async Task A_sound_store_passes_its_own_check_and_nothing_stays_of_it()
    {
        await Store.CheckAsync(CancellationToken.None);
        await Store.CheckAsync(CancellationToken.None);
        Assert.Null(await Store.OpenReadAsync(BlobNames.Probe, CancellationToken.None));
    }

    private protected async Task<byte[]> ReadAsync(string name = Name) => await WholeAsync((await Store.OpenReadAsync(name, CancellationToken.None))!);

    private protected async Task<byte[]> ReadCheckedAsync(BlobWritten written, string name = Name) =>
        await WholeAsync(await Store.OpenCheckedAsync(name, written.Digest, written.Bytes, CancellationToken.None));

    private protected static async Task WriteInPiecesAsync(Stream stream, ReadOnlyMemory<byte> content, int piece, CancellationToken cancellationToken)
    {
        for (; !content.IsEmpty; content = content[Math.Min(piece, content.Length)..])
        {
            await stream.WriteAsync(content[..Math.Min(piece, content.Length)], cancellationToken);
        }
    }

    private static async Task<byte[]> WholeAsync(Stream stream)
    {
        await using (stream)
        {
            var read = new MemoryStream();
            await stream.CopyToAsync(read);
            return read.ToArray();
        }
    }

    private Task<BlobWritten> FailAfterAsync(int bytes) => Store.WriteAsync(
        Name,
        async (stream, token) =>
        {
            await WriteInPiecesAsync(stream, RandomNumberGenerator.GetBytes(bytes), 1 << 20, token);
            throw new FormatException("the source broke");
        },
        CancellationToken.None);
}
