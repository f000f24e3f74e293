using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Hosts;

public sealed class HostCommandTests : IDisposable
{
    private readonly LoopbackHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_host_that_is_not_there_is_named_with_the_reason()
    {
        var nobody = $"http://127.0.0.1:{Ports.Free()}";

        var run = await _host.RunAsync($"dataset list --gateway {nobody}");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"scanlock dataset list: {nobody} does not answer: Connection refused", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_host_that_lets_nobody_in_is_not_taken_for_a_command_that_was_stopped()
    {
        // Nobody accepts, and the queue is full: what comes after it waits for ever.
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(0);
        var queue = Enumerable.Range(0, 8).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        foreach (var client in queue)
        {
            _ = client.ConnectAsync(listener.LocalEndPoint!);
        }

        var run = await _host.RunAsync($"login http://{listener.LocalEndPoint}");

        queue.ForEach(client => client.Dispose());
        Assert.Equal(1, run.ExitCode);
        Assert.Equal($"scanlock login: http://{listener.LocalEndPoint} does not answer: no connection within 10 seconds.", run.Error.Trim());
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task What_is_no_URL_is_called_that()
    {
        var run = await _host.RunAsync("dataset list --gateway nonsense");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("scanlock dataset list: 'nonsense' is not the URL of a gateway.", run.Error.Trim());
    }

    [Theory]
    [InlineData("dataset nonsense")]
    [InlineData("dataset list --nonsense")]
    [InlineData("access approve 1")]
    [InlineData("dataset upload . --jobs 0")]
    [InlineData("login nonsense")]
    public async Task A_command_written_wrongly_exits_2(string arguments)
    {
        Assert.Equal(2, (await _host.RunAsync(arguments)).ExitCode);
    }

    [Fact]
    public async Task Sign_ins_are_kept_where_only_their_owner_reads()
    {
        var run = await _host.SignInAsync();

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_host.Profile));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(_host.Profile)!));
    }

    [Fact]
    public async Task What_people_wrote_cannot_steer_the_terminal()
    {
        await _host.SignInAsync();
        _host.Answer("GET /api/v1/requests/r1", View("pro\u001b[2Jject", "fine\u202Eenif\r\nstate  allowed"));

        var run = await _host.RunAsync($"access show r1 --gateway {_host.Url}");

        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain('\u001b', run.OutputText);
        Assert.DoesNotContain('\u202E', run.OutputText);
        Assert.Contains("fine\uFFFDenif  state  allowed", run.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_cannot_steer_the_terminal_either()
    {
        await _host.SignInAsync();
        _host.Answer("GET /.well-known/oauth-protected-resource", """{"resource":"x","authorization_servers":["\u001b[2Jissuer"]}""");

        var run = await _host.RunAsync($"login {_host.Url}");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("issuer/.well-known/openid-configuration' cannot be an issuer's address", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Error);
    }

    [Fact]
    public async Task Approving_shows_what_still_stands_against_it_and_show_shows_every_reason()
    {
        await _host.SignInAsync();
        _host.Answer("GET /api/v1/requests/r1", View("project", "fine"));
        _host.Answer("POST /api/v1/requests/r1/approve", View("project", "fine"));

        var approved = await _host.RunAsync($"access approve r1 --comment fine --gateway {_host.Url}");
        var shown = await _host.RunAsync($"access show r1 --gateway {_host.Url}");

        Assert.Contains("needs-approval: approvals (policy line 7): one more must approve", approved.OutputText, StringComparison.Ordinal);
        Assert.DoesNotContain("allow: purposes", approved.OutputText, StringComparison.Ordinal);
        Assert.Contains("allow: purposes (policy line 3): HMB is permitted", shown.OutputText, StringComparison.Ordinal);
    }

    private static string View(string project, string comment) => JsonSerializer.Serialize(
        new RequestView(
            "r1", "access", "covid-ct", RequestStates.Pending, new("issuer", "rosa", "unito", ["researcher"]), project, null, null, 2,
            [new("rita", "approve", comment, DateTimeOffset.UnixEpoch)],
            [new("purposes", 3, "allow", "HMB is permitted"), new("approvals", 7, "needs-approval", "one more must approve")],
            DateTimeOffset.UnixEpoch),
        ContractsJson.Strict.RequestView);
}
