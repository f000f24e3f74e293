using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Bench;

/// <summary>Debian's Orthanc with its SQLite index and its files in a folder, as it is configured by default.</summary>
internal sealed class OrthancSide : IAsyncDisposable
{
    private const string Program = "/usr/sbin/Orthanc";
    private const string Plugin = "/usr/share/orthanc/plugins/libOrthancDicomWeb.so";
    private const string Boundary = "e3a9f5c2";
    private static readonly byte[] s_open = Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Type: application/dicom\r\n\r\n");
    private static readonly byte[] s_close = Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n");

    private readonly bool usesStow;
    private readonly HttpClient http;
    private readonly RunningProgram program;
    private readonly Task reading;

    private OrthancSide(string folder, int port, bool usesStow)
    {
        this.usesStow = usesStow;
        http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromMinutes(10) };
        program = RunningProgram.Start(new ProgramStart(Program, Path.Combine(folder, "orthanc.json")) { WorkingDirectory = folder });
        reading = program.Output.CopyToAsync(Stream.Null);
    }

    internal static bool IsThere => File.Exists(Program) && File.Exists(Plugin);

    internal int Id => program.Id;

    internal string Version { get; private set; } = "";

    /// <param name="usesStow">STOW-RS of its DICOMweb plugin; else its own POST of one object.</param>
    internal static async Task<OrthancSide> StartAsync(string folder, bool usesStow)
    {
        Directory.CreateDirectory(folder);
        var port = Ports.Free();
        await File.WriteAllTextAsync(Path.Combine(folder, "orthanc.json"), JsonSerializer.Serialize(new Dictionary<string, object>
        {
            ["StorageDirectory"] = Path.Combine(folder, "db"),
            ["IndexDirectory"] = Path.Combine(folder, "db"),
            ["HttpPort"] = port,
            ["DicomServerEnabled"] = false,
            ["RemoteAccessAllowed"] = false,
            ["AuthenticationEnabled"] = false,
            ["Plugins"] = new[] { Plugin },
        }));
        var side = new OrthancSide(folder, port, usesStow);
        await Wait.UntilAsync("Orthanc to answer", side.IsUpAsync, TimeSpan.FromMinutes(1));
        return side;
    }

    internal async Task SendAsync(byte[] instance)
    {
        using var content = usesStow ? new ByteArrayContent([.. s_open, .. instance, .. s_close]) : new ByteArrayContent(instance);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(
            usesStow ? $"multipart/related; type=\"application/dicom\"; boundary={Boundary}" : "application/dicom");
        using var answer = await http.PostAsync(usesStow ? "/dicom-web/studies" : "/instances", content);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"Orthanc did not store an object: {(int)answer.StatusCode} {text}");
        }
    }

    internal async Task<int> CountAsync() =>
        JsonDocument.Parse(await http.GetStringAsync("/statistics")).RootElement.GetProperty("CountInstances").GetInt32();

    public async ValueTask DisposeAsync()
    {
        program.Kill();
        await program.Exit;
        await reading;
        await program.DisposeAsync();
        http.Dispose();
    }

    private async Task<bool> IsUpAsync()
    {
        if (program.Exit.IsCompleted)
        {
            throw new InvalidOperationException($"Orthanc ended: {program.ErrorTail}");
        }

        try
        {
            Version = JsonDocument.Parse(await http.GetStringAsync("/system")).RootElement.GetProperty(nameof(Version)).GetString()!;
            return true;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
