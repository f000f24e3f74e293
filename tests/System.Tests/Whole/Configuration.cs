using System.Text.Json;

namespace Scanlock.System.Tests.Whole;

/// <summary>The files an admin would write for one hospital, one hub and one site on this machine.</summary>
internal static class Configuration
{
    public static string Gateway(string folder, string gateway, string broker, IEnumerable<(string Name, string Organisation, string Role)> people) => JsonSerializer.Serialize(new
    {
        Gateway = Own(folder, gateway),
        Issuers = new[] { new { Issuer = gateway, Organisations = new[] { "saint-brannoch", "unito" }, Roles = new[] { "steward", "reviewer", "researcher", "auditor" } } },
        Organisations = new[] { new { Name = "saint-brannoch", Country = "IT" }, new { Name = "unito", Country = "IT" } },
        LocalIssuer = Accounts(folder, [broker], people),
        Brokers = new[] { new { Name = "hub", KeyFile = Path.Combine(folder, "hub.pub.pem") } },
        Agents = new[] { new { Site = "demo-cluster", Organisation = "demo-hpc", Country = "IT", KeyFile = Path.Combine(folder, "site", "agent.pub.pem") } },
    });

    /// <summary>A hospital that knows neither hub nor site yet.</summary>
    public static string Gateway(string folder, string gateway, IEnumerable<(string Name, string Organisation, string Role)> people) => JsonSerializer.Serialize(new
    {
        Gateway = Own(folder, gateway),
        Issuers = new[] { new { Issuer = gateway, Organisations = new[] { "saint-brannoch" }, Roles = new[] { "steward" } } },
        LocalIssuer = Accounts(folder, [], people),
    });

    public static string Broker(string folder, string gateway, string broker, string destination, int port, string identity, string knownHosts) => JsonSerializer.Serialize(new
    {
        Broker = new { Name = "hub", PublicUrl = broker, Listen = broker, StateDirectory = Path.Combine(folder, "state", "broker"), KeyFile = Path.Combine(folder, "hub.pem"), PollSeconds = 0.3 },
        Issuers = new[] { new { Issuer = gateway, Organisations = new[] { "saint-brannoch", "unito" }, Roles = new[] { "researcher" } } },
        Gateways = new[] { new { Name = "saint-brannoch", Url = gateway, KeyFile = Path.Combine(folder, "gateway.pub.pem") } },
        Sites = new[] { new { Name = "demo-cluster", Destination = destination, Port = port, IdentityFile = identity, KnownHostsFile = knownHosts, Connections = 1 } },
    });

    private static object Own(string folder, string gateway) => new
    {
        Name = "saint-brannoch", Organisation = "saint-brannoch", Country = "IT", PublicUrl = gateway, Listen = gateway,
        StateDirectory = Path.Combine(folder, "state", "gateway"), KeyDirectory = Path.Combine(folder, "gateway-keys"),
    };

    private static object Accounts(string folder, string[] audiences, IEnumerable<(string Name, string Organisation, string Role)> people) => new
    {
        Enabled = true,
        Audiences = audiences,
        Accounts = people.Select(p => new { Username = p.Name, PasswordFile = Path.Combine(folder, p.Name + ".password"), p.Organisation, Roles = new[] { p.Role } }),
        Clients = people.Select(p => new { ClientId = p.Name + "-cli", SecretFile = Path.Combine(folder, p.Name + ".secret"), ActsAs = p.Name }),
    };

    public static string Site(string folder, string trainer) => $"""
        site: demo-cluster
        state: {folder}/state/site
        key: agent.pem
        gateways: [{"{"}name: saint-brannoch, key: ../gateway.pub.pem{"}"}]
        brokers: [{"{"}name: hub, key: ../hub.pub.pem{"}"}]
        trainers: [{"{"}path: {trainer}, command: [dotnet, Scanlock.Trainer.dll]{"}"}]
        purposes: [HMB]
        caps: {"{"}minutes: 60, memory_mib: 8192, cpus: 2, jobs: 2, storage_gib: 5{"}"}
        isolation: [bubblewrap]

        """;
}
