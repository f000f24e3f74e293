namespace Scanlock.Envelope.Tests;

/// <summary>Counts what the process allocates, so no other test may run beside it.</summary>
[CollectionDefinition("memory", DisableParallelization = true)]
public sealed class MemoryCollection;

[Collection("memory")]
public sealed class MemoryTests
{
    [Fact]
    public async Task Memory_does_not_grow_with_length()
    {
        // Run once first, so that what is compiled and pooled once does not count.
        await EncryptZerosAsync(32 << 20);
        var small = await EncryptZerosAsync(32 << 20);
        var large = await EncryptZerosAsync(512 << 20);
        Assert.InRange(large - small, long.MinValue, 8 << 20);
    }

    private static async Task<long> EncryptZerosAsync(long length)
    {
        using var key = DataKey.Random();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Equal(length, await Body.EncryptAsync(new Zeros(length), Stream.Null, key, CancellationToken.None));
        return GC.GetTotalAllocatedBytes(precise: true) - before;
    }
}
