using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Jobs;
using Scanlock.Testing;

namespace Scanlock.Broker.Tests.Ends;

/// <summary>A gateway, a site behind a real sshd, and the state directory of a broker between them.</summary>
internal sealed class World : IAsyncDisposable
{
    public const string BrokerUrl = "http://broker.test";
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private World(TestFolder folder, TestGateway gateway, ScriptedAgent agent, PrivateSshd sshd) => (Folder, Gateway, Agent, Sshd) = (folder, gateway, agent, sshd);

    public static Sha256Digest Trainer { get; } = Sha256Digest.Of("trainer"u8);

    public TestFolder Folder { get; }

    public TestGateway Gateway { get; }

    public ScriptedAgent Agent { get; }

    public PrivateSshd Sshd { get; }

    /// <summary>Stands in for the relay to the agent, as a shell line.</summary>
    public static async Task<World> StartAsync(string? forcedCommand = null)
    {
        Assert.SkipUnless(PrivateSshd.Missing is null, PrivateSshd.Missing ?? "");
        Assert.SkipUnless(File.Exists("/usr/bin/python3"), "needs python3 for the relay");
        var folder = new TestFolder();
        var gateway = await TestGateway.StartAsync();
        var agent = new ScriptedAgent(folder["agent.sock"], "demo-cluster", Trainer);
        var relay = Path.Combine(AppContext.BaseDirectory, "Ends", "relay.py");
        var sshd = await PrivateSshd.StartAsync(folder["ssh"], forcedCommand ?? $"exec /usr/bin/python3 {relay} {folder["agent.sock"]}");
        return new(folder, gateway, agent, sshd);
    }

    /// <summary>Writes broker.json; what is given replaces a site's or the broker's settings.</summary>
    public string WriteConfiguration(int listen = 0, string? sitePort = null, int connections = 1)
    {
        File.WriteAllText(Folder["gateway.pub.pem"], Gateway.Key.Public.ExportPem());
        var file = Folder["broker.json"];
        File.WriteAllText(file, $$$"""
            {
              "Broker": {"Name":"hub","PublicUrl":"{{{BrokerUrl}}}","Listen":"http://127.0.0.1:{{{listen}}}","StateDirectory":"state","KeyFile":"broker.pem","PollSeconds":0.05},
              "Issuers": [{"Issuer":"{{{Gateway.Url}}}","Organisations":["unito"],"Roles":["researcher","reviewer"]}],
              "Gateways": [{"Name":"hospital","Url":"{{{Gateway.Url}}}","KeyFile":"gateway.pub.pem"}],
              "Sites": [{"Name":"demo-cluster","Destination":"{{{PrivateSshd.User}}}@127.0.0.1","Port":{{{sitePort ?? Sshd.Port.ToString()}}},"IdentityFile":"{{{Sshd.IdentityFile}}}","KnownHostsFile":"{{{Sshd.KnownHostsFile}}}","Connections":{{{connections}}} }],
              "Logging": {"LogLevel":{"Default":"Warning"} }
            }
            """);
        return file;
    }

    public Task<RunningBroker> StartBrokerAsync(string? sitePort = null, int connections = 1) => RunningBroker.StartAsync(this, WriteConfiguration(0, sitePort, connections));

    public static ExperimentSpec Spec(string name = "first") => new(
        1, name, "hospital", TestGateway.Dataset, null, "lung", new("HMB", ["NPU"], null), "demo-cluster", null,
        JsonSerializer.Deserialize("""{"v":1,"label":"covid","network":"resnet18","epochs":2}""", ContractsJson.Strict.JsonElement), 7, new(1, 1024, 0, 10), null);

    public static SubmitExperiment Submission(string? id = null, ExperimentSpec? spec = null, string token = TestGateway.PersonToken) =>
        new(id ?? Guid.NewGuid().ToString(), spec ?? Spec(), token);

    public async ValueTask DisposeAsync()
    {
        await Sshd.DisposeAsync();
        await Agent.DisposeAsync();
        await Gateway.DisposeAsync();
        Folder.Dispose();
    }
}
