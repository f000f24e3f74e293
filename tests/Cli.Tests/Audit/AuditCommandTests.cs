using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Scanlock.Audit;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Audit;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Audit;

public sealed class AuditCommandTests : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly NoteSigner _signer = NoteSigner.Generate("gateway.example/audit");
    private string _log = "";
    private string _key = "";

    public async ValueTask InitializeAsync()
    {
        _log = _folder["log"];
        await AppendAsync(300);
        _key = _folder["log.vkey"];
        File.Copy(Path.Combine(_log, "log.vkey"), _key);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Trait("promise", "P8")]
    public async Task Verify_says_what_was_checked_and_that_rollback_is_not_excluded()
    {
        var run = await ScanlockProgram.RunAsync("audit", "verify", "--log", _log, "--key", _key);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("consistent; rollback not excluded", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("not checked  rollback: give --since", run.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("promise", "P8")]
    public async Task Verify_names_an_edited_entry_and_exits_4()
    {
        var bundle = Path.Combine(_log, "tile/entries/001.p/44");
        await File.WriteAllTextAsync(bundle, (await File.ReadAllTextAsync(bundle)).Replace("\"id\":\"299\"", "\"id\":\"298\"", StringComparison.Ordinal));

        var run = await ScanlockProgram.RunAsync("audit", "verify", "--log", _log, "--key", _key);
        var json = await ScanlockProgram.RunAsync("audit", "verify", "--log", _log, "--key", _key, "--json");

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("NOT VERIFIED", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("entries: tile/entries/001.p/44: Entry 299 is not what was recorded", run.OutputText, StringComparison.Ordinal);
        Assert.Equal(4, json.ExitCode);
        var root = JsonDocument.Parse(json.Output).RootElement;
        Assert.False(root.GetProperty("verified").GetBoolean());
        Assert.Contains(root.GetProperty("findings").EnumerateArray(), f => f.GetProperty("first_entry").GetInt64() == 299);
    }

    [Fact]
    [Trait("promise", "P8")]
    public async Task Verify_with_an_earlier_checkpoint_passes_growth_and_finds_rollback()
    {
        var (old, earlier) = (_folder["old"], _folder["earlier"]);
        Copy(_log, old);
        await AppendAsync(10);
        File.Copy(Path.Combine(_log, "checkpoint"), earlier);
        await AppendAsync(10);

        var grown = await ScanlockProgram.RunAsync("audit", "verify", "--log", _log, "--key", _key, "--since", earlier);
        var rolledBack = await ScanlockProgram.RunAsync("audit", "verify", "--log", old, "--key", _key, "--since", earlier);

        Assert.Equal(0, grown.ExitCode);
        Assert.Contains("nothing of the first 310 entries was changed or rolled back", grown.OutputText, StringComparison.Ordinal);
        Assert.Equal(4, rolledBack.ExitCode);
        Assert.Contains("was signed over 310 entries, and the log's checkpoint is over 300: it was rolled back", rolledBack.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("promise", "P8")]
    public async Task A_proof_is_exported_and_verified_without_the_log()
    {
        var proof = _folder["entry.tlog-proof"];
        var export = await ScanlockProgram.RunAsync("audit", "export", "--log", _log, "--key", _key, "--prove", "7", "--out", proof);
        Assert.Equal((0, ""), (export.ExitCode, export.Error));

        var alone = await ScanlockProgram.RunAsync("audit", "verify", "--key", _key, "--proof", proof);
        var withLog = await ScanlockProgram.RunAsync("audit", "verify", "--key", _key, "--proof", proof, "--log", _log);
        await File.WriteAllTextAsync(proof, (await File.ReadAllTextAsync(proof)).Replace("index 7", "index 8", StringComparison.Ordinal));
        var moved = await ScanlockProgram.RunAsync("audit", "verify", "--key", _key, "--proof", proof);
        await File.WriteAllTextAsync(proof, "not a proof");
        var none = await ScanlockProgram.RunAsync("audit", "verify", "--key", _key, "--proof", proof);

        Assert.Equal(0, alone.ExitCode);
        Assert.Contains("\"id\":\"7\"", alone.OutputText, StringComparison.Ordinal);
        Assert.Equal(0, withLog.ExitCode);
        Assert.Equal(4, moved.ExitCode);
        Assert.Equal(4, none.ExitCode);
    }

    [Fact]
    [Trait("promise", "P8")]
    public async Task A_witness_cosigns_growth_and_refuses_a_rollback()
    {
        var (secret, state, old) = (_folder["w.sec"], _folder["w.state"], _folder["old"]);
        Copy(_log, old);
        await AppendAsync(5);
        var first = await ScanlockProgram.RunAsync("audit", "witness", "--key", secret, "--new-key", "witness.example/w", "--log", _log, "--state", state, "--publish");
        await AppendAsync(5);
        var second = await ScanlockProgram.RunAsync("audit", "witness", "--key", secret, "--log", _log, "--state", state, "--publish");
        var kept = await File.ReadAllBytesAsync(state);
        var refused = await ScanlockProgram.RunAsync("audit", "witness", "--key", secret, "--log", old, "--state", state);
        var verified = await ScanlockProgram.RunAsync("audit", "verify", "--log", _log, "--key", _key, "--witness", secret + ".vkey");
        var rolledBack = await ScanlockProgram.RunAsync("audit", "verify", "--log", old, "--key", _key, "--witness", secret + ".vkey", "--since", state);
        var alone = await ScanlockProgram.RunAsync("audit", "verify", "--log", old, "--key", _key, "--witness", secret + ".vkey");

        Assert.Equal((0, ""), (first.ExitCode, first.Error));
        Assert.Contains("not seen before", first.OutputText, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secret));
        Assert.Equal(0, second.ExitCode);
        Assert.Contains("305, all still there", second.OutputText, StringComparison.Ordinal);
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("rolled back", refused.Error, StringComparison.Ordinal);
        Assert.Equal(kept, await File.ReadAllBytesAsync(state));
        Assert.Equal(0, verified.ExitCode);
        Assert.Contains("witness.example/w saw 310 entries", verified.OutputText, StringComparison.Ordinal);
        Assert.Equal(4, rolledBack.ExitCode);
        Assert.Equal(4, alone.ExitCode);
        Assert.Contains("No cosignature by witness.example/w was found", alone.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_and_export_show_what_the_log_holds()
    {
        var found = await ScanlockProgram.RunAsync("audit", "search", "--log", _log, "--subject", "request:17", "--from", "2020-01-01");
        var json = await ScanlockProgram.RunAsync("audit", "search", "--log", _log, "--text", "not permitted", "--newest-first", "--limit", "2", "--json");
        var export = await ScanlockProgram.RunAsync("audit", "export", "--log", _log);

        Assert.Equal(0, found.ExitCode);
        Assert.Contains("access.request  deny  person:https://issuer.example#r1  request:17", found.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', found.OutputText);
        Assert.Equal([299, 298], Lines(json).Select(l => l.GetProperty("index").GetInt64()));
        Assert.Contains("more than 2", json.Error, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 300).Select(i => (long)i), Lines(export).Select(l => l.GetProperty("index").GetInt64()));
        Assert.Equal("17", Lines(export)[17].GetProperty("entry").GetProperty("id").GetString());
    }

    [Fact]
    [Trait("promise", "P8")]
    public async Task Verify_reads_a_log_over_http_and_says_so_where_it_must_sign_in()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var port = ((IPEndPoint)socket.LocalEndpoint).Port;
        socket.Stop();
        using var server = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        server.Start();
        var serving = ServeAsync(server);

        var open = await ScanlockProgram.RunAsync("audit", "verify", "--log", $"http://127.0.0.1:{port}/log", "--key", _key);
        var closed = await ScanlockProgram.RunAsync("audit", "verify", "--log", $"http://127.0.0.1:{port}/closed/audit", "--key", _key);
        server.Close();
        await serving;
        var gone = await ScanlockProgram.RunAsync("audit", "verify", "--log", $"http://127.0.0.1:{port}/log", "--key", _key);

        Assert.Equal((0, ""), (open.ExitCode, open.Error));
        Assert.Contains("entries      300", open.OutputText, StringComparison.Ordinal);
        Assert.Equal(1, closed.ExitCode);
        Assert.NotEmpty(closed.Error);
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains($"http://127.0.0.1:{port}/log cannot be reached", gone.Error, StringComparison.Ordinal);
    }

    private async Task ServeAsync(HttpListener server)
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await server.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            var path = context.Request.Url!.AbsolutePath.TrimStart('/');
            context.Response.StatusCode = path.StartsWith("closed", StringComparison.Ordinal) ? 401 : File.Exists(_folder[path]) ? 200 : 404;
            if (context.Response.StatusCode == 200)
            {
                await context.Response.OutputStream.WriteAsync(await File.ReadAllBytesAsync(_folder[path]));
            }

            context.Response.Close();
        }
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task What_cannot_be_done_is_said_with_the_right_exit_status()
    {
        await File.WriteAllTextAsync(_folder["no.vkey"], "not a key");
        (int Exit, string Says, string[] Arguments)[] cases =
        [
            (2, "say which log", ["audit", "verify", "--key", _key]),
            (2, "", ["audit", "verify", "--log", _log]),
            (2, "not a time", ["audit", "search", "--log", _log, "--from", "soon"]),
            (1, "no directory", ["audit", "verify", "--log", _folder["nowhere"], "--key", _key]),
            (1, "not a verifier key", ["audit", "verify", "--log", _log, "--key", _folder["no.vkey"]]),
            (1, "is not a checkpoint", ["audit", "verify", "--log", _log, "--key", _key, "--since", _folder["no.vkey"]]),
            (1, "no entry 300", ["audit", "export", "--log", _log, "--prove", "300"]),
            (1, "has no checkpoint", ["audit", "search", "--log", _folder.Path]),
            (4, "The checkpoint is missing", ["audit", "verify", "--log", _folder.Path, "--key", _key]),
        ];
        foreach (var (exit, says, arguments) in cases)
        {
            var run = await ScanlockProgram.RunAsync(arguments);
            Assert.True(exit == run.ExitCode, $"{string.Join(' ', arguments)}: {run.ExitCode} {run.Error}");
            Assert.Contains(says, run.Error + run.OutputText, StringComparison.Ordinal);
        }
    }

    private async Task AppendAsync(int count)
    {
        await using var log = AuditLog.Open(_log, _signer, TimeProvider.System);
        var from = log.Head.Size;
        for (var i = from; i < from + count; i++)
        {
            await log.AppendAsync(Entry($"{i}"), TestContext.Current.CancellationToken);
        }
    }

    private static AuditEntry Entry(string id) => new(
        1,
        id,
        DateTimeOffset.UnixEpoch,
        "person:https://issuer.example#r1",
        "access.request",
        new Dictionary<string, string> { ["request"] = id },
        "deny",
        [new Reason("purposes", 7, "deny", "The purpose is not permitted.")],
        null,
        new Dictionary<string, Sha256Digest>(),
        new Dictionary<string, long>(),
        "please \u001b[31m");

    private static List<JsonElement> Lines(ScanlockRun run) =>
        [.. run.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }
}
