using Scanlock.Contracts;

namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>
/// Where ciphertexts lie. Names are slash-separated segments of lower-case letters, digits, '.', '-' and '_'. Only ciphertext is ever
/// written here: whoever runs the store can destroy it but not read it. Streams are written and read asynchronously only; a store that
/// fails ends in <see cref="IOException"/>.
/// </summary>
public interface IBlobStore
{
    /// <summary>
    /// Writes a blob in place of whatever has that name: whole, and safe from loss of power, once this returns; not at all where
    /// <paramref name="content"/> throws.
    /// </summary>
    Task<BlobWritten> WriteAsync(string name, Func<Stream, CancellationToken, Task> content, CancellationToken cancellationToken);

    /// <summary>Likewise a blob that is whole in memory.</summary>
    Task<BlobWritten> WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        WriteAsync(name, async (stream, token) => await stream.WriteAsync(content, token), cancellationToken);

    /// <summary>The blob's bytes from its start, or null where there is none.</summary>
    Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Names of all blobs below a folder, in order.</summary>
    Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken);

    /// <summary>Destroys a blob; it is no error that there is none.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);
}

/// <summary>What was written: SHA-256 and length of the blob's bytes.</summary>
public sealed record BlobWritten(Sha256Digest Digest, long Bytes);
