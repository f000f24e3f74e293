using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Gateway.Storage.Blobs.AzureStorage;

namespace Scanlock.Gateway.Tests.Storage;

/// <summary>Counts what the process allocates, so no other test may run beside it.</summary>
[CollectionDefinition("memory", DisableParallelization = true)]
public sealed class MemoryCollection;

[Collection("memory")]
public sealed class AzureMemoryTests(AzuriteServer azurite)
{
    [Fact]
    public async Task Memory_does_not_grow_with_a_blobs_length()
    {
        var store = new AzureBlobStore((await azurite.CreateContainerAsync()).Address);
        await AllocatedAsync(store, 12);
        var small = await AllocatedAsync(store, 12);
        var large = await AllocatedAsync(store, 60);
        Assert.InRange(large - small, long.MinValue, 6 << 20);
    }

    /// <summary>What writing and reading so many MiB allocates.</summary>
    private static async Task<long> AllocatedAsync(AzureBlobStore store, int mebibytes)
    {
        var piece = new byte[1 << 20];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var written = await store.WriteAsync(
            "bodies/d/part",
            async (stream, token) =>
            {
                for (var i = 0; i < mebibytes; i++)
                {
                    await stream.WriteAsync(piece, token);
                }
            },
            CancellationToken.None);
        await using var stream = await store.OpenCheckedAsync("bodies/d/part", written.Digest, written.Bytes, CancellationToken.None);
        await stream.CopyToAsync(Stream.Null);
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
