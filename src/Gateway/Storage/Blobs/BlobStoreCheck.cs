using System.Security.Cryptography;

namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>Whether a store does what is asked of it.</summary>
internal static class BlobStoreCheck
{
    private const int ProbeBytes = 32;

    /// <summary>Writes, reads and destroys a small blob.</summary>
    /// <exception cref="IOException">It cannot, or what it gives back is something else.</exception>
    public static async Task CheckAsync(this IBlobStore blobs, CancellationToken cancellationToken)
    {
        var probe = RandomNumberGenerator.GetBytes(ProbeBytes);
        await blobs.WriteAsync(BlobNames.Probe, probe, cancellationToken);
        if (await blobs.ReadSmallAsync(BlobNames.Probe, ProbeBytes, cancellationToken) is not { } read || !probe.AsSpan().SequenceEqual(read))
        {
            throw new BlobStoreException("The blob store gives back something else than was written.");
        }

        await blobs.DeleteAsync(BlobNames.Probe, cancellationToken);
    }
}
