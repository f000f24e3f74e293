using System.Security.Cryptography;
using Azure.Core;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Gateway.Storage.Blobs.AzureStorage;

namespace Scanlock.Gateway.Tests.Storage;

public sealed class AzureBlobStoreTests(AzuriteServer azurite) : BlobStoreContract, IAsyncLifetime
{
    private TestContainer _container = null!;

    [Fact]
    public async Task A_listing_of_many_pages_is_whole()
    {
        var names = Enumerable.Range(0, 7).Select(i => $"bodies/d/{i}").ToList();
        foreach (var name in names)
        {
            await Store.WriteAsync(name, new byte[] { 1 }, CancellationToken.None);
        }

        foreach (var size in (int[])[1, 2, 7, 8])
        {
            Assert.Equal(names, await new AzureBlobStore(_container.Address) { PageSize = size }.ListAsync("bodies/d", CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_no_empty_store()
    {
        var store = new AzureBlobStore(_container.Address with { Url = new($"{_container.AccountUrl}/nowhere") });
        Assert.Contains("ContainerNotFound", (await Assert.ThrowsAsync<BlobStoreException>(() => store.OpenReadAsync(Name, CancellationToken.None))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BlobStoreException>(() => store.ListAsync("bodies", CancellationToken.None));
        await Assert.ThrowsAsync<BlobStoreException>(() => store.DeleteAsync(Name, CancellationToken.None));
        await Assert.ThrowsAsync<BlobStoreException>(() => store.WriteAsync(Name, new byte[1], CancellationToken.None));
        await Assert.ThrowsAsync<BlobStoreException>(() => store.CheckAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_no_key_is_in_what_is_said()
    {
        var wrong = RandomNumberGenerator.GetBytes(64);
        var credential = new BlobCredential.SharedKey(_container.Credential.Account, wrong);
        var store = new AzureBlobStore(new(_container.Url, credential));
        var refused = await Assert.ThrowsAsync<BlobStoreException>(() => store.OpenReadAsync(Name, CancellationToken.None));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToBase64String(wrong), $"{refused} {credential}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(Large)]
    public async Task A_blob_bears_its_digest_for_whoever_looks_after_the_account(int bytes)
    {
        var written = await Store.WriteAsync(Name, RandomNumberGenerator.GetBytes(bytes), CancellationToken.None);
        var seen = await _container.SendAsync(RequestMethod.Head, $"/{Name}");
        Assert.True(seen.Headers.TryGetValue("x-ms-meta-sha256", out var digest));
        Assert.Equal(written.Digest.Hex, digest);
    }

    [Fact]
    public async Task A_writer_that_gives_up_waiting_takes_no_turn_from_others()
    {
        var (underway, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = Store.WriteAsync(
            Name,
            async (_, _) =>
            {
                underway.SetResult();
                await goOn.Task;
            },
            CancellationToken.None);
        await underway.Task;
        using var patience = new CancellationTokenSource();
        var second = Store.WriteAsync(Name, new byte[] { 2 }, patience.Token);
        var third = Store.WriteAsync(Name, new byte[] { 3 }, CancellationToken.None);
        await Store.WriteAsync("bodies/d/other", new byte[] { 4 }, CancellationToken.None);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted);
        goOn.SetResult();
        await first;
        Assert.Equal(new byte[] { 3 }, await ReadCheckedAsync(await third));
    }

    public async ValueTask InitializeAsync() => _container = await azurite.CreateContainerAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private protected override IBlobStore Open() => new AzureBlobStore(_container.Address);

    private protected override Task AlterAsync(string name, byte[] content) => Open().WriteAsync(name, content, CancellationToken.None);
}
