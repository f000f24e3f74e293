using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Bench;

/// <summary>A gateway as its operator runs it: directory store, SQLite, real workers; a steward, a dataset and an upload token.</summary>
internal sealed class GatewaySide : IAsyncDisposable
{
    private const string Dataset = "bench-ct";
    private const string Boundary = "e3a9f5c2";
    private static readonly byte[] s_open = Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Type: application/dicom\r\n\r\n");
    private static readonly byte[] s_close = Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n");

    private static readonly string[] s_organisations = ["saint-brannoch"];
    private static readonly string[] s_roles = ["steward"];

    private readonly string folder;
    private readonly string url = $"http://127.0.0.1:{Ports.Free()}";
    private readonly HttpClient http;
    private readonly string secret = Guid.NewGuid().ToString("N");
    private RunningProgram? program;
    private Task? reading;
    private AuthenticationHeaderValue? sender;

    private GatewaySide(string folder)
    {
        this.folder = folder;
        http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(30) };
    }

    internal int Id => program!.Id;

    internal static async Task<GatewaySide> StartAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        var side = new GatewaySide(folder);
        await side.StartAsync();
        return side;
    }

    /// <summary>Sends one object in a request of its own; throws unless it is stored.</summary>
    internal Task SendAsync(byte[] instance)
    {
        var body = new byte[s_open.Length + instance.Length + s_close.Length];
        s_open.CopyTo(body, 0);
        instance.CopyTo(body, s_open.Length);
        s_close.CopyTo(body, s_open.Length + instance.Length);
        return StowAsync(new ByteArrayContent(body));
    }

    /// <summary>Likewise an object that is made while it is sent.</summary>
    internal Task SendAsync(byte[] header, IEnumerable<byte[]> frames) => StowAsync(new MadeContent([s_open, header], frames, s_close));

    /// <summary>Gives every patient a label and seals a version.</summary>
    internal async Task SealAsync(int objects)
    {
        await SignInAsync();
        var rows = Enumerable.Range(0, objects).Select(CtObjects.Patient).Distinct().Select((patient, i) => new { key = patient, value = $"{i % 2}", patient = (string?)null });
        await PostAsync($"/api/v1/datasets/{Dataset}/labels", new { name = "covid", key_kind = "patient", rows });
        await PostAsync($"/api/v1/datasets/{Dataset}/versions", new { leave_out_unlabelled = false });
    }

    public async ValueTask DisposeAsync()
    {
        if (program is not null)
        {
            program.Kill();
            await program.Exit;
            await reading!;
            await program.DisposeAsync();
        }

        http.Dispose();
    }

    private async Task StartAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "stella.password"), "a long password of hers");
        await File.WriteAllTextAsync(Path.Combine(folder, "stella.secret"), secret);
        await File.WriteAllTextAsync(Path.Combine(folder, "gateway.json"), JsonSerializer.Serialize(new
        {
            Gateway = new
            {
                Name = "saint-brannoch", Organisation = "saint-brannoch", Country = "IT", PublicUrl = url, Listen = url,
                StateDirectory = Path.Combine(folder, "state"), KeyDirectory = Path.Combine(folder, "keys"),
            },
            Issuers = new[] { new { Issuer = url, Organisations = s_organisations, Roles = s_roles } },
            LocalIssuer = new
            {
                Enabled = true,
                Audiences = Array.Empty<string>(),
                Accounts = new[] { new { Username = "stella", PasswordFile = Path.Combine(folder, "stella.password"), Organisation = "saint-brannoch", Roles = s_roles } },
                Clients = new[] { new { ClientId = "stella-cli", SecretFile = Path.Combine(folder, "stella.secret"), ActsAs = "stella" } },
            },
        }));
        program = RunningProgram.Start(
            DotnetRuntime.Current().Start(Repository.Output("Gateway", "Scanlock.Gateway.dll"), "--config", Path.Combine(folder, "gateway.json")).Inheriting("PATH"));
        reading = KeepAsync(program.Output);
        await Wait.UntilAsync("the gateway to answer", IsHealthyAsync, TimeSpan.FromMinutes(2));
        await SignInAsync();
        var policy = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, "policies", "demo.yaml"))).Replace("dataset: demo", $"dataset: {Dataset}", StringComparison.Ordinal);
        await PostAsync("/api/v1/datasets", new { name = Dataset, title = "Chest CT", description = "Invented.", policy });
        var made = await PostAsync($"/api/v1/datasets/{Dataset}/upload-tokens", new { name = "the bench", days = 1 });
        sender = new AuthenticationHeaderValue("Bearer", made.GetProperty("secret").GetString());
    }

    private async Task KeepAsync(Stream output)
    {
        await using var log = new FileStream(Path.Combine(folder, "gateway.log"), FileMode.Create);
        await output.CopyToAsync(log);
    }

    private async Task<bool> IsHealthyAsync()
    {
        if (program!.Exit.IsCompleted)
        {
            throw new InvalidOperationException($"The gateway ended: {program.ErrorTail}");
        }

        try
        {
            using var answer = await http.GetAsync("/healthz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task SignInAsync()
    {
        using var form = new FormUrlEncodedContent(
            [new("grant_type", "client_credentials"), new("client_id", "stella-cli"), new("client_secret", secret), new("resource", url)]);
        using var signedIn = await http.PostAsync("/connect/token", form);
        signedIn.EnsureSuccessStatusCode();
        var token = JsonDocument.Parse(await signedIn.Content.ReadAsStringAsync()).RootElement.GetProperty("access_token").GetString();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    private async Task<JsonElement> PostAsync(string path, object body)
    {
        using var content = new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(path, content);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonDocument.Parse(text).RootElement : throw new InvalidOperationException($"{path}: {(int)answer.StatusCode} {text}");
    }

    private async Task StowAsync(HttpContent content)
    {
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/related; type=\"application/dicom\"; boundary={Boundary}");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/dicomweb/datasets/{Dataset}/studies") { Content = content };
        request.Headers.Authorization = sender;
        request.Headers.TryAddWithoutValidation("Accept", "application/dicom+json");
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != global::System.Net.HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"An object was not stored: {(int)answer.StatusCode} {text}");
        }
    }

    /// <summary>A body of a known length that is never whole in memory.</summary>
    private sealed class MadeContent(byte[][] before, IEnumerable<byte[]> parts, byte[] after) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, global::System.Net.TransportContext? context)
        {
            foreach (var part in before.Concat(parts).Append(after))
            {
                await stream.WriteAsync(part);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
