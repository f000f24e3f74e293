using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>Blobs as files below a directory: written aside, synchronised, renamed, and the folder synchronised.</summary>
public sealed class DirectoryBlobStore : IBlobStore
{
    private const string Aside = ".incoming";
    private readonly string _root;

    /// <summary>Opens the store; what an earlier process was writing and never finished is removed.</summary>
    public DirectoryBlobStore(string root)
    {
        _root = root;
        var aside = Path.Combine(root, Aside);
        if (Directory.Exists(aside))
        {
            Directory.Delete(aside, recursive: true);
        }

        OwnerOnly.CreateDirectory(root);
        OwnerOnly.CreateDirectory(aside);
    }

    public async Task<BlobWritten> WriteAsync(string name, Func<Stream, CancellationToken, Task> content, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        var aside = Path.Combine(_root, Aside, Guid.NewGuid().ToString("N"));
        try
        {
            BlobWritten written;
            await using (var file = OwnerOnly.CreateFile(aside))
            {
                await using var hashing = new HashingStream(file);
                await content(hashing, cancellationToken);
                await file.FlushAsync(cancellationToken);
                file.Flush(flushToDisk: true);
                written = new(hashing.Digest(), hashing.Count);
            }

            var folder = Path.GetDirectoryName(path)!;
            OwnerOnly.CreateDirectory(folder);
            File.Move(aside, path, overwrite: true);
            DurableDirectory.Synchronise(folder);
            return written;
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    public Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<Stream?>(new FileStream(
                PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<Stream?>(null);
        }
    }

    public Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var path = PathOf(folder);
        IReadOnlyList<string> names = Directory.Exists(path)
            ? [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_root, file)).Order(StringComparer.Ordinal)]
            : [];
        return Task.FromResult(names);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var path = PathOf(name);
        if (File.Exists(path))
        {
            File.Delete(path);
            DurableDirectory.Synchronise(Path.GetDirectoryName(path)!);
        }

        return Task.CompletedTask;
    }

    private string PathOf(string name)
    {
        BlobNames.Check(name);
        return Path.Combine(_root, name);
    }
}
