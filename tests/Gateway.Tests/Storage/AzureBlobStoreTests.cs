using System.Security.Cryptography;
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

    public async ValueTask InitializeAsync() => _container = await azurite.CreateContainerAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private protected override IBlobStore Open() => new AzureBlobStore(_container.Address);

    private protected override Task AlterAsync(string name, byte[] content) => Open().WriteAsync(name, content, CancellationToken.None);
}
