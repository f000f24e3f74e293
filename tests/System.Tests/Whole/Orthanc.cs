using System.Text;
using System.Text.Json;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.System.Tests.Whole;

/// <summary>A real Orthanc with its DICOMweb plugin, as an ordinary process on loopback; knows one DICOMweb server, the gateway.</summary>
internal sealed class Orthanc : IAsyncDisposable
{
    public const string Server = "scanlock";
    private const string Program = "/usr/sbin/Orthanc";
    private const string Plugin = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
    private readonly HttpClient _http;
    private RunningProgram? _running;
    private Task? _reading;

    private Orthanc(string url, int dicomPort) =>
        (_http, DicomPort) = (new(new SocketsHttpHandler()) { BaseAddress = new(url), Timeout = TimeSpan.FromMinutes(5) }, dicomPort);

    /// <summary>Why it cannot run here, or null.</summary>
    public static string? Missing =>
        !File.Exists(Program) ? "needs Orthanc (orthanc)" : !File.Exists(Plugin) ? "needs Orthanc's DICOMweb plugin (orthanc-dicomweb)" : null;

    /// <summary>Where it takes C-STORE.</summary>
    public int DicomPort { get; }

    /// <param name="server">The gateway as an entry of <c>DicomWeb.Servers</c>.</param>
    public static async Task<Orthanc> StartAsync(string folder, object server)
    {
        Directory.CreateDirectory(folder);
        var port = Ports.Free();
        var orthanc = new Orthanc($"http://127.0.0.1:{port}", Ports.Free());
        var forward = Path.Combine(folder, "forward.lua");
        await File.WriteAllTextAsync(forward, $$"""
            function OnStableStudy(studyId, tags, metadata)
              RestApiPost('/dicom-web/servers/{{Server}}/stow', DumpJson({ Resources = { studyId } }, true))
            end

            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "orthanc.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["StorageDirectory"] = Path.Combine(folder, "db"),
            ["IndexDirectory"] = Path.Combine(folder, "db"),
            ["HttpPort"] = port,
            ["DicomPort"] = orthanc.DicomPort,
            ["DicomAet"] = "ORTHANC",
            ["RemoteAccessAllowed"] = false,
            ["AuthenticationEnabled"] = false,
            ["Plugins"] = new[] { Plugin },
            ["LuaScripts"] = new[] { forward },
            ["StableAge"] = 1,
            ["DicomWeb"] = new Dictionary<string, object>
            {
                ["Enable"] = true,
                ["Servers"] = new Dictionary<string, object> { [Server] = server },
            },
        }));
        orthanc._running = RunningProgram.Start(new ProgramStart(Program, Path.Combine(folder, "orthanc.json")) { WorkingDirectory = folder });
        orthanc._reading = orthanc._running.Output.CopyToAsync(Stream.Null);
        await Wait.UntilAsync("Orthanc to answer", orthanc.IsUpAsync, TimeSpan.FromMinutes(5));
        return orthanc;
    }

    /// <summary>Puts an object in, without any word to the gateway.</summary>
    public async Task AddAsync(byte[] instance)
    {
        using var content = new ByteArrayContent(instance);
        using var answer = await _http.PostAsync("/instances", content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    public async Task<string[]> StudiesAsync() => JsonSerializer.Deserialize<string[]>(await _http.GetStringAsync("/studies"))!;

    /// <summary>The objects of a study as Orthanc keeps them, which is as it sends them.</summary>
    public async Task<List<byte[]>> InstancesAsync(string study)
    {
        var instances = new List<byte[]>();
        foreach (var instance in JsonDocument.Parse(await _http.GetStringAsync($"/studies/{study}/instances")).RootElement.EnumerateArray())
        {
            instances.Add(await _http.GetByteArrayAsync($"/instances/{instance.GetProperty("ID").GetString()}/file"));
        }

        return instances;
    }

    /// <summary>Has a study pushed to the gateway, and waits until that is done. True where Orthanc says that all of it arrived.</summary>
    public async Task<(bool Done, string Text)> PushAsync(string study)
    {
        using var content = new StringContent(JsonSerializer.Serialize(new { Resources = new[] { study } }), Encoding.UTF8, "application/json");
        using var answer = await _http.PostAsync($"/dicom-web/servers/{Server}/stow", content);
        return (answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync() + _running!.ErrorTail);
    }

    public string ErrorTail => _running!.ErrorTail;

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            _running.Kill();
            await _running.Exit;

            // Disposing closes the pipe, which fails a read that has not come to its end yet.
            await _reading!;
            await _running.DisposeAsync();
        }

        _http.Dispose();
    }

    private async Task<bool> IsUpAsync()
    {
        Assert.False(_running!.Exit.IsCompleted, _running.ErrorTail);
        try
        {
            using var answer = await _http.GetAsync("/dicom-web/servers");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
