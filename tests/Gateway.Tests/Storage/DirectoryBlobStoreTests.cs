using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Storage;

public sealed class DirectoryBlobStoreTests : BlobStoreContract, IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_write_that_fails_leaves_no_file_aside()
    {
        await Assert.ThrowsAsync<FormatException>(() => Store.WriteAsync(Name, (_, _) => throw new FormatException(), CancellationToken.None));
        Assert.Empty(Directory.EnumerateFiles(_folder["blobs", ".incoming"]));
    }

    [Fact]
    public async Task What_a_killed_writer_left_aside_is_swept_at_the_next_start()
    {
        Assert.Empty(await Store.ListAsync("bodies", CancellationToken.None));
        await File.WriteAllBytesAsync(_folder["blobs", ".incoming", "left"], new byte[10]);
        Open();
        Assert.Empty(Directory.EnumerateFiles(_folder["blobs", ".incoming"]));
    }

    public void Dispose() => _folder.Dispose();

    private protected override IBlobStore Open() => new DirectoryBlobStore(_folder["blobs"]);

    private protected override Task AlterAsync(string name, byte[] content) => File.WriteAllBytesAsync(_folder["blobs", name], content);
}
