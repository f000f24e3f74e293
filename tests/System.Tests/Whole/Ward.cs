using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.System.Tests.Whole;

/// <summary>A hospital's side alone: a gateway as its operator runs it, its steward, a dataset and an upload token for the PACS.</summary>
internal sealed class Ward : IAsyncDisposable
{
    private const string Steward = "stella";
    private const string Dataset = "chest-ct";
    private readonly TestFolder _folder = new();
    private readonly HostProcess _gateway;
    private readonly HttpClient _http;
    private string _tokenId = "";

    private Ward()
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";
        _gateway = new(Repository.Output("Gateway", "Scanlock.Gateway.dll"), _folder["gateway.json"], url);
        _http = new(new SocketsHttpHandler()) { BaseAddress = new(url) };
    }

    public string Folder => _folder.Path;

    /// <summary>What a PACS is given as the address of the server.</summary>
    public string Server => $"{_gateway.Url}/dicomweb/datasets/{Dataset}";

    /// <summary>And the token it proves itself with.</summary>
    public string Token { get; private set; } = "";

    public static async Task<Ward> StartAsync()
    {
        var ward = new Ward();
        try
        {
            await ward.PrepareAsync();
        }
        catch
        {
            await ward.DisposeAsync();
            throw;
        }

        return ward;
    }

    /// <summary>Invented studies, as files.</summary>
    public async Task<List<string>> PhantomsAsync(int patients, int slices)
    {
        var folder = _folder["phantoms-" + patients];
        var start = DotnetRuntime.Current()
            .Start(Repository.Output("Cli", "scanlock.dll"), "phantom", folder, "--patients", $"{patients}", "--slices", $"{slices}", "--size", "64", "--seed", $"{patients}")
            .Inheriting("PATH");
        var made = await ProgramRunner.RunTextAsync(start, new(TimeSpan.FromMinutes(5)));
        Assert.True(made.Succeeded, made.ErrorTail);
        return [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".csv", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    /// <summary>How many of these objects the gateway holds.</summary>
    public async Task<int> HeldAsync(IEnumerable<byte[]> objects)
    {
        var digests = objects.Select(bytes => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}");
        var answer = await PostAsync($"/api/v1/datasets/{Dataset}/known-objects", new { objects = digests });
        return answer.GetProperty("known").GetArrayLength();
    }

    public Task RevokeAsync() => PostAsync($"/api/v1/datasets/{Dataset}/upload-tokens/{_tokenId}/revoke", new { });

    /// <summary>How many samples lie in its store, twins included.</summary>
    public int StoredSamples
    {
        get
        {
            var samples = _folder["state", "gateway", "blobs", "samples", Dataset];
            return Directory.Exists(samples) ? Directory.EnumerateFiles(samples).Count() : 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    private async Task PrepareAsync()
    {
        var secret = Guid.NewGuid().ToString("N");
        await File.WriteAllTextAsync(_folder[$"{Steward}.password"], "a long password of hers");
        await File.WriteAllTextAsync(_folder[$"{Steward}.secret"], secret);
        await File.WriteAllTextAsync(_folder["gateway.json"], Configuration.Gateway(_folder.Path, _gateway.Url, [(Steward, "saint-brannoch", "steward")]));
        await _gateway.StartAsync();
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), new("client_id", $"{Steward}-cli"), new("client_secret", secret), new("resource", _gateway.Url)]);
        using var signedIn = await _http.PostAsync("/connect/token", form);
        var text = await signedIn.Content.ReadAsStringAsync();
        Assert.True(signedIn.IsSuccessStatusCode, text);
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", JsonDocument.Parse(text).RootElement.GetProperty("access_token").GetString());
        var policy = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "policies", "demo.yaml"))).Replace("dataset: demo", $"dataset: {Dataset}", StringComparison.Ordinal);
        await PostAsync("/api/v1/datasets", new { name = Dataset, title = "Chest CT", description = "Invented.", policy });
        var made = await PostAsync($"/api/v1/datasets/{Dataset}/upload-tokens", new { name = "Orthanc of ward 3", days = (int?)null });
        (Token, _tokenId) = (made.GetProperty("secret").GetString()!, made.GetProperty("token").GetProperty("id").GetString()!);
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync(path, content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
