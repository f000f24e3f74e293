using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts.Signing;
using Scanlock.Processes;
using Scanlock.Testing;
using Scanlock.Web;

namespace Scanlock.Broker.Tests;

public sealed class ConfigurationTests
{
    private static readonly RunLimits s_limits = new(TimeSpan.FromSeconds(60));

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_bad_configuration_is_refused_with_every_fault()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder["broker.json"], """
            {
              "Broker": {"Name":"the hub","PublicUrl":"hub","Listen":"http://127.0.0.1:0","StateDirectory":"state","KeyFile":"broker.pem","PollSeconds":0},
              "Gateways": [{"Name":"hospital","Url":"http://hospital.example","KeyFile":"missing.pem"}],
              "Sites": [{"Name":"c","Destination":"-oProxyCommand=x","KnownHostsFile":"","Connections":99}],
              "Sitess": []
            }
            """, TestContext.Current.CancellationToken);

        var refusal = Assert.Throws<HostConfigurationException>(() => BrokerHost.Build(["--config", folder["broker.json"]]));

        foreach (var fault in new[] { "'the hub'", "PublicUrl", "PollSeconds", "plain HTTP", "missing.pem", "Destination", "KnownHostsFile is missing", "IdentityFile is missing", "Connections 99", "'Sitess'" })
        {
            Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(folder["state"]));
    }

    [Fact]
    public async Task A_broker_that_knows_nobody_yet_starts()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder["broker.json"], """
            {"Broker":{"Name":"hub","PublicUrl":"http://hub","Listen":"http://127.0.0.1:0","StateDirectory":"state","KeyFile":"broker.pem"},"Issuers":[],"Gateways":[],"Sites":[]}
            """, TestContext.Current.CancellationToken);

        await using var app = BrokerHost.Build(["--config", folder["broker.json"]]);
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);

        Assert.True(File.Exists(folder["state", "broker.db"]));
    }

    [Fact]
    public async Task A_setting_that_does_not_exist_is_refused_by_name()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder["broker.json"], """{"Broker":{"Name":"hub","PublicURL":"http://hub","Pol":2}}""", TestContext.Current.CancellationToken);

        var refusal = Assert.Throws<HostConfigurationException>(() => BrokerHost.Build(["--config", folder["broker.json"]]));

        Assert.Contains("Pol", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keygen_writes_a_pair_that_only_its_owner_may_read_and_never_overwrites_one()
    {
        using var folder = new TestFolder();
        var made = await RunAsync("keygen", "--out", folder["hub"]);
        Assert.True(made.Succeeded, made.ErrorTail);

        using var key = SigningKey.FromPem(await File.ReadAllTextAsync(folder["hub.pem"], TestContext.Current.CancellationToken));
        Assert.Equal(key.Public, VerifyingKey.FromPem(await File.ReadAllTextAsync(folder["hub.pub.pem"], TestContext.Current.CancellationToken)));
        Assert.Equal(key.Public.Id, made.Output.Trim());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["hub.pem"]));
        var again = await RunAsync("keygen", "--out", folder["hub"]);
        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Status(1)), again.End);
        Assert.Contains("hub.pem", again.ErrorTail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_file_that_others_may_read_is_refused()
    {
        using var folder = new TestFolder();
        BrokerKey.LoadOrCreate(folder["broker.pem"]).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["broker.pem"]));
        File.SetUnixFileMode(folder["broker.pem"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        Assert.Contains("0600", Assert.Throws<HostConfigurationException>(() => BrokerKey.LoadOrCreate(folder["broker.pem"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_command_line_is_usage()
    {
        var ended = await RunAsync("serve");
        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Status(2)), ended.End);
        Assert.StartsWith("usage:", ended.ErrorTail, StringComparison.Ordinal);
    }

    private static Task<ProgramText> RunAsync(params string[] arguments) =>
        ProgramRunner.RunTextAsync(DotnetRuntime.Current().Start(typeof(BrokerHost).Assembly.Location, arguments), s_limits);
}
