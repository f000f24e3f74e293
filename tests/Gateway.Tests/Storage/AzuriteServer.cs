using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Scanlock.Gateway.Storage.Blobs.AzureStorage;
using Scanlock.Gateway.Tests.Storage;
using Scanlock.Testing;

[assembly: AssemblyFixture(typeof(AzuriteServer))]

namespace Scanlock.Gateway.Tests.Storage;

/// <summary>One Azurite for all tests of this assembly that want one, started for the first of them.</summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    private readonly Lazy<Task<Azurite>> _azurite = new(() => Azurite.StartAsync());

    /// <summary>A new container, private as containers are; the test is skipped where there is no Azurite.</summary>
    internal async Task<TestContainer> CreateContainerAsync()
    {
        Assert.SkipWhen(Azurite.Missing is not null, $"No Azurite: {Azurite.Missing}.");
        var azurite = await _azurite.Value;
        var container = new TestContainer(azurite.AccountUrl, $"c{Guid.NewGuid():N}", azurite.Key);
        await container.CreateAsync();
        return container;
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite.IsValueCreated)
        {
            await (await _azurite.Value).DisposeAsync();
        }
    }
}

/// <summary>A container of its own for one test.</summary>
internal sealed record TestContainer(Uri AccountUrl, string Name, string Key)
{
    public Uri Url => new($"{AccountUrl}/{Name}");

    public BlobCredential.SharedKey Credential => new(Azurite.Account, Convert.FromBase64String(Key));

    public BlobContainerAddress Address => new(Url, Credential);

    /// <summary>A gateway's section <c>Storage</c> for it, whose key lies in a file of that folder.</summary>
    public string WriteSection(TestFolder folder)
    {
        File.WriteAllText(folder["account.key"], Key);
        File.SetUnixFileMode(folder["account.key"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return $$"""{ "Azure": { "AccountUrl": "{{AccountUrl}}", "Container": "{{Name}}", "Credential": "key", "CredentialFile": "{{folder["account.key"]}}" } }""";
    }

    public async Task CreateAsync(BlobRequests? requests = null) => Assert.Equal(201, (await SendAsync(RequestMethod.Put, "?restype=container", requests)).Status);

    /// <summary>Asks the store itself, past everything that is tested.</summary>
    public async Task<Response> SendAsync(RequestMethod method, string rest, BlobRequests? requests = null)
    {
        var pipeline = HttpPipelineBuilder.Build(requests ?? new(), [], [Credential.ToPolicy()], new ResponseClassifier());
        var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(new($"{Url}{rest}"));
        message.Request.Headers.SetValue("x-ms-version", BlobContainer.Version);
        await pipeline.SendAsync(message, CancellationToken.None);
        return message.Response;
    }
}
