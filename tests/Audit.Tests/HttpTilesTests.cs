using System.Net;
using System.Net.Sockets;
using Scanlock.Testing;

namespace Scanlock.Audit.Tests;

[Trait("promise", "P8")]
public sealed class HttpTilesTests : IDisposable
{
    private readonly TestFolder _folder = new(inMemory: true);
    private readonly HttpListener _server = new();
    private readonly Uri _address;
    private readonly Task _serving;
    private HttpStatusCode? _broken;

    public HttpTilesTests()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var port = ((IPEndPoint)socket.LocalEndpoint).Port;
        socket.Stop();
        _address = new Uri($"http://127.0.0.1:{port}/hospital/audit");
        _server.Prefixes.Add($"{_address}/");
        _server.Start();
        Logs.Write(_folder["log"], 600);
        _serving = ServeAsync();
    }

    public void Dispose()
    {
        _server.Close();
        _serving.GetAwaiter().GetResult();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_log_verifies_over_http_as_in_its_directory()
    {
        var report = await VerifyAsync();
        Assert.Empty(report.Findings);
        Assert.Equal((600L, _address.AbsoluteUri), (report.Size, report.Log));
    }

    [Fact]
    public async Task A_file_missing_there_is_a_finding()
    {
        File.Delete(_folder["log", "tile", "entries", "001"]);
        Assert.Contains((await VerifyAsync()).Findings, f => f.Kind == FindingKind.Missing && f.FirstEntry == 256);
    }

    [Fact]
    public async Task A_file_without_end_is_not_read_to_its_end()
    {
        await using (var file = new FileStream(_folder["log", "checkpoint"], FileMode.Create))
        {
            file.SetLength(10L << 30);
        }

        Assert.Equal(FindingKind.Checkpoint, Assert.Single((await VerifyAsync()).Findings).Kind);
    }

    [Fact]
    public async Task A_server_that_fails_says_nothing_about_the_log()
    {
        _broken = HttpStatusCode.InternalServerError;
        var e = await Assert.ThrowsAsync<IOException>(VerifyAsync);
        Assert.Contains("answers 500 for checkpoint", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_is_named()
    {
        _server.Stop();
        var e = await Assert.ThrowsAsync<IOException>(VerifyAsync);
        Assert.Contains(_address.AbsoluteUri, e.Message, StringComparison.Ordinal);
    }

    private async Task<VerificationReport> VerifyAsync()
    {
        using var client = new HttpClient(new SocketsHttpHandler());
        return await LogVerifier.VerifyAsync(
            new HttpTiles(client, _address), Logs.Signer.Verifier, new VerifyWith(), null, TestContext.Current.CancellationToken);
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _server.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => AnswerAsync(context));
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var file = _folder["log", context.Request.Url!.AbsolutePath[_address.AbsolutePath.Length..].TrimStart('/')];
        try
        {
            context.Response.StatusCode = (int)(_broken ?? (File.Exists(file) ? HttpStatusCode.OK : HttpStatusCode.NotFound));
            if (context.Response.StatusCode == 200)
            {
                await using var content = File.OpenRead(file);
                await content.CopyToAsync(context.Response.OutputStream);
            }

            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException)
        {
            // The reader went away, which is what it should do with a file that has no end.
            context.Response.Abort();
        }
    }
}
