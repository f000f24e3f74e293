using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Gateway.Storage.Blobs.AzureStorage;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Gateway.Tests.Storage;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Configuration;

public sealed class StorageTests(AzuriteServer azurite) : IDisposable
{
    private const string Account = "https://hospital.blob.core.windows.net";
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData("", "scans", "identity", "", "AccountUrl: missing")]
    [InlineData("hospital", "scans", "identity", "", "AccountUrl")]
    [InlineData("http://hospital.blob.core.windows.net", "scans", "identity", "", "http only on loopback")]
    [InlineData("https://hospital.blob.core.windows.net/?sv=1", "scans", "identity", "", "AccountUrl")]
    [InlineData("http://127.0.0.1:10000/hospital", "scans", "identity", "", "https only")]
    [InlineData(Account, "", "identity", "", "Container: missing")]
    [InlineData(Account, "Scans", "identity", "", "Container")]
    [InlineData(Account, "a--b", "identity", "", "Container")]
    [InlineData(Account, "scans", "password", "", "say identity, key or sas")]
    [InlineData(Account, "scans", "identity", "key", "an identity has no file")]
    [InlineData(Account, "scans", "key", "", "CredentialFile: missing")]
    [InlineData(Account, "scans", "key", "nowhere", "cannot be read")]
    [InlineData(Account, "scans", "key", "open", "mode 0600")]
    [InlineData(Account, "scans", "key", "garbage", "no account key")]
    [InlineData(Account, "scans", "sas", "key", "no SAS URL")]
    [InlineData(Account, "other", "sas", "sas", "no SAS URL of https://hospital.blob.core.windows.net/other")]
    public async Task What_is_wrong_with_the_storage_is_said_by_its_key_and_without_the_secret(string account, string container, string credential, string file, string says)
    {
        await WriteSecretAsync("key", "c2VjcmV0");
        await WriteSecretAsync("garbage", "(secret)");
        await WriteSecretAsync("sas", $"{Account}/scans?sv=2021-12-02&sig=secret");
        await WriteSecretAsync("open", "c2VjcmV0");
        File.SetUnixFileMode(_folder["open"], UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var (read, problems) = Read(account, container, credential, file);
        Assert.Contains("Storage:Azure:", string.Concat(problems), StringComparison.Ordinal);
        Assert.Contains(says, string.Concat(problems), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", string.Concat(problems), StringComparison.Ordinal);
        Assert.DoesNotContain("c2Vjc", string.Concat(problems), StringComparison.Ordinal);
        Assert.True(read is null || credential == "identity");
    }

    [Theory]
    [InlineData(Account, "hospital")]
    [InlineData("http://127.0.0.1:10000/devaccount/", "devaccount")]
    public async Task A_key_is_the_accounts_that_the_url_names(string account, string name)
    {
        await WriteSecretAsync("key", "c2VjcmV0\n");
        var (read, problems) = Read(account, "scans", "key", "key");
        Assert.Empty(problems);
        Assert.Equal($"{account.TrimEnd('/')}/scans", read!.Url.AbsoluteUri);
        var key = Assert.IsType<BlobCredential.SharedKey>(read.Credential);
        Assert.Equal((name, "secret"), (key.Account, Encoding.ASCII.GetString(key.Key.Span)));
        Assert.DoesNotContain("c2Vjc", $"{read}", StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_section_ciphertexts_lie_in_the_state_directory()
    {
        var reader = new SectionReader(new ConfigurationBuilder().Build(), _folder.Path);
        Assert.Null(AzureStorageSection.Read(reader));
        Assert.Empty(reader.Problems);
    }

    [Fact]
    public async Task A_dataset_is_uploaded_sealed_served_and_withdrawn_with_every_ciphertext_in_azure()
    {
        var container = await azurite.CreateContainerAsync();
        await using var hospital = await Hospital.StartAsync(storage: container.WriteSection(_folder));
        var store = Assert.IsType<AzureBlobStore>(hospital.Services.GetRequiredService<IBlobStore>());
        await hospital.SealPhantomsAsync();
        var hub = new Hub(hospital);
        var permit = await hub.PermitAsync();
        foreach (var part in hub.Manifest(permit).Parts())
        {
            Assert.Equal(part.Ciphertext, Sha256Digest.Of((await hub.PartAsync(permit, part.Id)).Body));
        }

        await hub.StartAsync(permit);
        Assert.NotEmpty(await store.ListAsync("bodies", CancellationToken.None));
        Assert.False(Directory.Exists(Path.Combine(hospital.State, "blobs")));
        await hospital.WithdrawAsync();
        foreach (var folder in (string[])["headers", "bodies", "samples"])
        {
            Assert.Empty(await store.ListAsync(folder, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Health_and_requests_say_so_while_the_store_cannot_be_used_and_recover_with_it()
    {
        var container = await azurite.CreateContainerAsync();
        await using var relay = await StoreRelay.StartAsync(container.Url);
        await using var hospital = await Hospital.StartAsync(storage: (container with { AccountUrl = new(relay.Url, $"/{Azurite.Account}") }).WriteSection(_folder));
        Assert.Equal(HttpStatusCode.OK, (await hospital.GetAsync(GatewayRoutes.Health, null)).Status);
        await hospital.CreateAsync();
        var upload = await hospital.OpenUploadAsync();
        relay.Handle = exchange => exchange.AnswerAsync(HttpStatusCode.Forbidden, "AuthorizationFailure");
        var answer = await hospital.SendObjectAsync(upload, Phantom.Of(1, 1).ToDicom());
        Assert.Contains("AuthorizationFailure", answer.Problem(HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await HealthLaterAsync(hospital));
        relay.Handle = exchange => exchange.ForwardAsync();
        Assert.Equal("stored", (await hospital.SendObjectAsync(upload, Phantom.Of(1, 1).ToDicom())).Outcome().Outcome);
        Assert.Equal(HttpStatusCode.OK, await HealthLaterAsync(hospital));
    }

    [Fact]
    public async Task A_gateway_whose_container_is_not_there_does_not_start()
    {
        var container = await azurite.CreateContainerAsync();
        var section = (container with { Name = "nowhere" }).WriteSection(_folder);
        var refused = await Assert.ThrowsAsync<BlobStoreException>(() => Hospital.StartAsync(storage: section));
        Assert.Contains("ContainerNotFound", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shared_access_signature_does_what_it_allows_and_no_more()
    {
        var container = await azurite.CreateContainerAsync();
        await WriteSecretAsync("all", SasUrl(container, "racwdl"));
        await WriteSecretAsync("look", SasUrl(container, "rl"));
        var all = new AzureBlobStore(Read($"{container.AccountUrl}", container.Name, "sas", "all").Address!);
        await all.CheckAsync(CancellationToken.None);
        var content = RandomNumberGenerator.GetBytes((4 << 20) + 1);
        await all.WriteAsync("bodies/d/part", content, CancellationToken.None);
        Assert.Equal(["bodies/d/part"], await all.ListAsync("bodies/d", CancellationToken.None));
        var look = new AzureBlobStore(Read($"{container.AccountUrl}", container.Name, "sas", "look").Address!);
        Assert.Equal(content, await look.ReadSmallAsync("bodies/d/part", content.Length, CancellationToken.None));
        var refused = await Assert.ThrowsAsync<BlobStoreException>(() => look.WriteAsync("bodies/d/part", content, CancellationToken.None));
        Assert.DoesNotContain("sig=", $"{refused}", StringComparison.Ordinal);
        await Assert.ThrowsAsync<BlobStoreException>(() => look.DeleteAsync("bodies/d/part", CancellationToken.None));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Health some time later, when what was found before no longer counts.</summary>
    private static async Task<HttpStatusCode> HealthLaterAsync(Hospital hospital)
    {
        hospital.Clock.Advance(TimeSpan.FromSeconds(10));
        return (await hospital.GetAsync(GatewayRoutes.Health, null)).Status;
    }

    /// <summary>A service SAS for a container ("Create a service SAS"), made from the documentation's list of fields.</summary>
    private static string SasUrl(TestContainer container, string permissions)
    {
        var until = TimeProvider.System.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string[] fields = [permissions, "", until, $"/blob/{Azurite.Account}/{container.Name}", "", "", "", BlobContainer.Version, "c", "", "", "", "", "", "", ""];
        var signature = HMACSHA256.HashData(Convert.FromBase64String(container.Key), Encoding.UTF8.GetBytes(string.Join('\n', fields)));
        return $"{container.Url}?sv={BlobContainer.Version}&sr=c&sp={permissions}&se={Uri.EscapeDataString(until)}&sig={Uri.EscapeDataString(Convert.ToBase64String(signature))}";
    }

    private async Task WriteSecretAsync(string file, string content)
    {
        await File.WriteAllTextAsync(_folder[file], content);
        File.SetUnixFileMode(_folder[file], UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private (BlobContainerAddress? Address, IReadOnlyList<string> Problems) Read(string account, string container, string credential, string file)
    {
        var reader = new SectionReader(
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Storage:Azure:AccountUrl"] = account,
                ["Storage:Azure:Container"] = container,
                ["Storage:Azure:Credential"] = credential,
                ["Storage:Azure:CredentialFile"] = file,
            }).Build(),
            _folder.Path);
        return (AzureStorageSection.Read(reader), reader.Problems);
    }
}
