using System.Security.Cryptography;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Storage;

public sealed class BlobTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private DirectoryBlobStore Store => field ??= new(_folder["blobs"]);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData((64 * 1024) + 1)]
    [InlineData(300_000)]
    public async Task A_blob_comes_back_as_it_was_written(int bytes)
    {
        var content = RandomNumberGenerator.GetBytes(bytes);
        var written = await Store.WriteAsync("bodies/d/shard-00000", content, CancellationToken.None);
        Assert.Equal(bytes, written.Bytes);
        Assert.Equal(content, await ReadAsync(written));
        Assert.Equal(["bodies/d/shard-00000"], await Store.ListAsync("bodies/d", CancellationToken.None));
    }

    [Theory]
    [InlineData(10, 3)]
    [InlineData(200_000, 199_999)]
    [InlineData(200_000, 0)]
    public async Task An_altered_blob_is_never_read_to_its_end(int bytes, int at)
    {
        var content = RandomNumberGenerator.GetBytes(bytes);
        var written = await Store.WriteAsync("bodies/d/part", content, CancellationToken.None);
        content[at] ^= 1;
        await File.WriteAllBytesAsync(_folder["blobs", "bodies", "d", "part"], content);
        await using var stream = await Store.OpenCheckedAsync("bodies/d/part", written.Digest, written.Bytes, CancellationToken.None);
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
        var written = await Store.WriteAsync("bodies/d/part", content, CancellationToken.None);
        await File.WriteAllBytesAsync(_folder["blobs", "bodies", "d", "part"], by < 0 ? content[..^1] : [.. content, 0]);
        await Assert.ThrowsAsync<BlobAlteredException>(() => ReadAsync(written, "bodies/d/part"));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task A_write_that_fails_leaves_the_blob_that_was_there()
    {
        var written = await Store.WriteAsync("headers/d/part", new byte[] { 1, 2, 3 }, CancellationToken.None);
        await Assert.ThrowsAsync<IOException>(() => Store.WriteAsync(
            "headers/d/part",
            async (stream, token) =>
            {
                await stream.WriteAsync(new byte[] { 9 }, token);
                throw new IOException("the source broke");
            },
            CancellationToken.None));
        Assert.Equal(new byte[] { 1, 2, 3 }, await ReadAsync(written, "headers/d/part"));
        Assert.Empty(Directory.EnumerateFiles(_folder["blobs", ".incoming"]));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("bodies/../../outside")]
    [InlineData("/etc/passwd")]
    [InlineData("bodies//x")]
    [InlineData(".incoming/x")]
    public async Task A_name_cannot_leave_the_store(string name) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync(name, new byte[1], CancellationToken.None));

    public void Dispose() => _folder.Dispose();

    private async Task<byte[]> ReadAsync(BlobWritten written, string name = "bodies/d/shard-00000")
    {
        await using var stream = await Store.OpenCheckedAsync(name, written.Digest, written.Bytes, CancellationToken.None);
        var read = new MemoryStream();
        await stream.CopyToAsync(read);
        return read.ToArray();
    }
}
