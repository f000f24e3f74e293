using System.Collections.Concurrent;
using Scanlock.Contracts;

namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>Blobs as files below a directory: written aside, synchronised, renamed, and the folder synchronised.</summary>
public sealed class DirectoryBlobStore : IBlobStore
{
    private const string Aside = ".incoming";

    /// <summary>Written at a time: larger writes make the kernel look for large runs of free memory, which costs more than twice as much.</summary>
    private const int PieceBytes = 16 << 10;

    private readonly ConcurrentDictionary<string, SharedSynchronisation> _folders = new(StringComparer.Ordinal);
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

            Name(aside, path);
            return written;
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    public Task<BlobWritten> WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        var aside = Path.Combine(_root, Aside, Guid.NewGuid().ToString("N"));
        try
        {
            // On this thread: a file's writes only copy, and handing each of them to another thread costs more.
            using (var file = OwnerOnly.CreateFile(aside))
            {
                for (var rest = content.Span; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, PieceBytes)..])
                {
                    file.Write(rest[..Math.Min(rest.Length, PieceBytes)]);
                }

                file.Flush(flushToDisk: true);
            }

            Name(aside, path);
            return Task.FromResult(new BlobWritten(Sha256Digest.Of(content.Span), content.Length));
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
            Synchronise(Path.GetDirectoryName(path)!);
        }

        return Task.CompletedTask;
    }

    /// <summary>Gives a whole file its name.</summary>
    private void Name(string aside, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            File.Move(aside, path, overwrite: true);
        }
        catch (DirectoryNotFoundException)
        {
            OwnerOnly.CreateDirectory(folder);
            File.Move(aside, path, overwrite: true);
        }

        Synchronise(folder);
    }

    private void Synchronise(string folder) => _folders.GetOrAdd(folder, path => new SharedSynchronisation(() => DurableDirectory.Synchronise(path))).Run();

    private string PathOf(string name)
    {
        BlobNames.Check(name);
        return Path.Combine(_root, name);
    }
}
