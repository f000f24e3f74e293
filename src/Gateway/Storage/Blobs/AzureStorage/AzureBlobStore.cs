namespace Scanlock.Gateway.Storage.Blobs.AzureStorage;

/// <summary>
/// Blobs in a container of an Azure storage account. The container is the gateway's alone and made by whoever runs the account, private;
/// nothing here ever opens it to others. What a writer staged is seen when its last request names it, all at once.
/// </summary>
internal sealed class AzureBlobStore(BlobContainerAddress address, BlobRequests? requests = null) : IBlobStore
{
    /// <summary>As many names as a page of a listing can have.</summary>
    private const int ServicePage = 5000;
    private readonly BlobContainer _container = new(address, requests);
    private readonly NameTurns _writers = new();

    /// <summary>Names a page of a listing holds at most.</summary>
    internal int PageSize { get; init; } = ServicePage;

    /// <remarks>
    /// Whoever commits a blob's blocks drops all others that were staged under its name, so writers of one name take turns. One of another
    /// process, which there should not be, fails with <see cref="BlobStoreException"/> and leaves nothing.
    /// </remarks>
    public async Task<BlobWritten> WriteAsync(string name, Func<Stream, CancellationToken, Task> content, CancellationToken cancellationToken)
    {
        BlobNames.Check(name);
        using var turn = await _writers.WaitAsync(name, cancellationToken);
        await using var blocks = new BlockStagingStream(_container, name);
        await using var hashing = new HashingStream(blocks);
        await content(hashing, cancellationToken);
        var written = new BlobWritten(hashing.Digest(), hashing.Count);
        await blocks.CommitAsync(written.Digest, cancellationToken);
        return written;
    }

    public async Task<Stream?> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        BlobNames.Check(name);
        return await _container.GetAsync(name, from: 0, tag: null, cancellationToken) is { } opened ? new ResumingBlobStream(_container, name, opened) : null;
    }

    public async Task<IReadOnlyList<string>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        BlobNames.Check(folder);
        var (all, next) = (new List<string>(), default(string));
        do
        {
            (var names, next) = await _container.ListAsync($"{folder}/", next, PageSize, cancellationToken);
            all.AddRange(names);
        }
        while (next is not null);
        return [.. all.Order(StringComparer.Ordinal)];
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        BlobNames.Check(name);
        return _container.DeleteAsync(name, cancellationToken);
    }
}
