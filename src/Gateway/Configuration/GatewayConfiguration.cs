using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Signing;
using Scanlock.IntakeWorkers;
using Scanlock.Gateway.LocalIssuer;
using Scanlock.Gateway.Storage.Blobs.AzureStorage;
using Scanlock.Web;
using Scanlock.Web.Identity;

namespace Scanlock.Gateway.Configuration;

/// <summary>A hub whose calls this gateway takes.</summary>
public sealed record RegisteredBroker(string Name, VerifyingKey Key);

/// <summary>The agent whose statements count for one site.</summary>
public sealed record RegisteredAgent(string Site, string Organisation, string Country, VerifyingKey Key);

/// <summary>
/// The whole configuration, read once and complete: paths absolute, public keys loaded, every fault found before anything starts.
/// </summary>
public sealed record GatewayConfiguration(
    GatewayOptions Gateway,
    IReadOnlyList<IssuerOptions> Issuers,
    IReadOnlyList<RegisteredBroker> Brokers,
    IReadOnlyList<RegisteredAgent> Agents,
    IReadOnlyDictionary<string, string> CountryOfOrganisation,
    DatasetOptions Datasets,
    IntakeOptions Intake,
    LocalIssuerOptions LocalIssuer)
{
    // The last two are the framework's own.
    private static readonly string[] s_sections =
        ["Gateway", "Issuers", "Brokers", "Agents", "Organisations", "Datasets", "LocalIssuer", "Intake", "Storage", "Logging", "Kestrel"];

    /// <summary>The container that ciphertexts lie in; null for the state directory.</summary>
    internal BlobContainerAddress? AzureContainer { get; private init; }

    /// <param name="folder">What relative paths start from: the configuration file's folder.</param>
    /// <exception cref="HostConfigurationException">Every fault, a line each.</exception>
    public static GatewayConfiguration Read(IConfiguration configuration, string folder)
    {
        var reader = new SectionReader(configuration, folder);
        reader.RefuseUnknown(s_sections);
        var gateway = ReadGateway(reader);
        var issuers = reader.List<IssuerOptions>("Issuers");
        var brokers = ReadBrokers(reader);
        var agents = ReadAgents(reader);
        var countries = ReadCountries(reader, gateway, agents);
        var datasets = ReadDatasets(reader);
        var intake = ReadIntake(reader);
        var localIssuer = ReadLocalIssuer(reader, gateway);
        var azureContainer = AzureStorageSection.Read(reader);
        HostConfigurationException.ThrowIfAny(reader.Problems);
        return new(gateway, issuers, brokers, agents, countries, datasets, intake, localIssuer) { AzureContainer = azureContainer };
    }

    private static GatewayOptions ReadGateway(SectionReader reader)
    {
        var gateway = reader.One<GatewayOptions>("Gateway");
        reader.Require("Gateway:Name", gateway.Name, IsName, "a name of letters, digits, '.', '-' and '_'");
        reader.Require("Gateway:Organisation", gateway.Organisation, text => text.Length > 0, "the organisation that runs this gateway");
        reader.RequireCountry("Gateway:Country", gateway.Country);
        reader.Require("Gateway:PublicUrl", gateway.PublicUrl, text => Uri.TryCreate(text, UriKind.Absolute, out _), "the URL others reach this gateway at");
        reader.Require("Gateway:Listen", gateway.Listen, text => text.Length > 0, "an URL to listen on, such as http://127.0.0.1:7080");
        gateway = gateway with
        {
            StateDirectory = reader.Folder("Gateway:StateDirectory", gateway.StateDirectory),
            KeyDirectory = reader.Folder("Gateway:KeyDirectory", gateway.KeyDirectory),
        };
        if (gateway.StateDirectory.Length > 0 && $"{gateway.KeyDirectory}/".StartsWith($"{gateway.StateDirectory}/", StringComparison.Ordinal))
        {
            reader.Problem("Gateway:KeyDirectory: keys may not lie inside the state directory, beside what they open.");
        }

        return gateway;
    }

    private static List<RegisteredBroker> ReadBrokers(SectionReader reader)
    {
        var brokers = new List<RegisteredBroker>();
        foreach (var (entry, at) in reader.List<BrokerOptions>("Brokers").Select((entry, i) => (entry, $"Brokers:{i}")))
        {
            reader.Require($"{at}:Name", entry.Name, IsName, "a name of letters, digits, '.', '-' and '_'");
            if (reader.TryKey($"{at}:KeyFile", entry.KeyFile, out var key))
            {
                brokers.Add(new(entry.Name, key));
            }
        }

        reader.RefuseRepeated("Brokers", "name", brokers.Select(broker => broker.Name));
        reader.RefuseRepeated("Brokers", "key", brokers.Select(broker => broker.Key.Id));
        return brokers;
    }

    private static List<RegisteredAgent> ReadAgents(SectionReader reader)
    {
        var agents = new List<RegisteredAgent>();
        foreach (var (entry, at) in reader.List<AgentOptions>("Agents").Select((entry, i) => (entry, $"Agents:{i}")))
        {
            reader.Require($"{at}:Site", entry.Site, IsName, "a name of letters, digits, '.', '-' and '_'");
            reader.Require($"{at}:Organisation", entry.Organisation, text => text.Length > 0, "the organisation that runs the site");
            reader.RequireCountry($"{at}:Country", entry.Country);
            if (reader.TryKey($"{at}:KeyFile", entry.KeyFile, out var key))
            {
                agents.Add(new(entry.Site, entry.Organisation, entry.Country, key));
            }
        }

        reader.RefuseRepeated("Agents", "site", agents.Select(agent => agent.Site));
        reader.RefuseRepeated("Agents", "key", agents.Select(agent => agent.Key.Id));
        return agents;
    }

    private static Dictionary<string, string> ReadCountries(SectionReader reader, GatewayOptions gateway, List<RegisteredAgent> agents)
    {
        var countries = new Dictionary<string, string>(StringComparer.Ordinal);
        var said = reader.List<OrganisationOptions>("Organisations").Select((entry, i) => (entry.Name, entry.Country, At: $"Organisations:{i}"))
            .Append((gateway.Organisation, gateway.Country, "Gateway"));
        foreach (var (name, country, at) in said)
        {
            reader.Require($"{at}:Name", name, text => text.Length > 0, "an organisation's name");
            reader.RequireCountry($"{at}:Country", country);
            if (!countries.TryAdd(name, country) && countries[name] != country)
            {
                reader.Problem($"{at}: the organisation '{name}' is in {countries[name]} and in {country}.");
            }
        }

        // A site's own organisation is where the site is, unless said otherwise: some have sites abroad.
        foreach (var agent in agents)
        {
            countries.TryAdd(agent.Organisation, agent.Country);
        }

        return countries;
    }

    private static DatasetOptions ReadDatasets(SectionReader reader)
    {
        var datasets = reader.One<DatasetOptions>("Datasets");
        if (datasets.ShardBytes is < 1 << 10 or > 4L << 30)
        {
            reader.Problem($"Datasets:ShardBytes: {datasets.ShardBytes} is not between 1 KiB and 4 GiB.");
        }

        return datasets;
    }

    private static IntakeOptions ReadIntake(SectionReader reader)
    {
        var intake = reader.One<IntakeOptions>("Intake");
        if (intake.Workers is < 1 or > 256 || intake.ObjectsPerWorker < 1)
        {
            reader.Problem("Intake: there must be 1 to 256 Workers, each for at least one object (ObjectsPerWorker).");
        }

        if (intake.WorkersPerSender < 1 || intake.WorkersPerSender > intake.Workers)
        {
            reader.Problem("Intake:WorkersPerSender: a sender has at least one worker, and no more than there are.");
        }

        if (intake.WaitSeconds is < 1 or > 600)
        {
            reader.Problem("Intake:WaitSeconds: an object waits 1 to 600 seconds for a worker.");
        }

        return intake;
    }

    private static LocalIssuerOptions ReadLocalIssuer(SectionReader reader, GatewayOptions gateway)
    {
        var options = reader.Maybe<LocalIssuerOptions>("LocalIssuer") ?? LocalIssuerOptions.Disabled;
        options = options with
        {
            Accounts = [.. options.Accounts.Select(account => account with { PasswordFile = reader.PathOf(account.PasswordFile) })],
            Clients = [.. options.Clients.Select(client => client with { SecretFile = reader.PathOf(client.SecretFile) })],
        };
        foreach (var problem in Uri.IsWellFormedUriString(gateway.Listen, UriKind.Absolute) ? options.Problems(gateway.Listen) : [])
        {
            reader.Problem(problem);
        }

        return options;
    }

    private static bool IsName(string text) => text.Length is > 0 and <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
}

/// <summary>Reads sections and collects every problem instead of stopping at the first.</summary>
internal sealed class SectionReader(IConfiguration configuration, string folder)
{
    private readonly List<string> _problems = [];

    public IReadOnlyList<string> Problems => _problems;

    public void Problem(string sentence) => _problems.Add(sentence);

    public void RefuseUnknown(IReadOnlyList<string> known)
    {
        // The framework keeps settings of its own beside those of the file.
        var written = ((IConfigurationRoot)configuration).Providers.OfType<JsonConfigurationProvider>()
            .SelectMany(file => file.GetChildKeys([], null)).Distinct(StringComparer.OrdinalIgnoreCase);
        foreach (var section in written.Where(section => !known.Contains(section, StringComparer.OrdinalIgnoreCase)))
        {
            Problem($"{section}: there is no such section; there are {string.Join(", ", known)}.");
        }
    }

    public T One<T>(string name)
        where T : new() => Bind<T>(configuration.GetSection(name)) ?? new();

    /// <summary>The section, or nothing where it is absent.</summary>
    public T? Maybe<T>(string name) => Bind<T>(configuration.GetSection(name));

    public string PathOf(string file) => Path.GetFullPath(file, folder);

    public IReadOnlyList<T> List<T>(string name) =>
        [.. configuration.GetSection(name).GetChildren().Select(Bind<T>).OfType<T>()];

    public void Require(string at, string value, Func<string, bool> fits, string what)
    {
        if (!fits(value))
        {
            Problem($"{at}: {(value.Length == 0 ? "missing" : $"'{value}' does not do")}; say {what}.");
        }
    }

    public void RequireCountry(string at, string value) =>
        Require(at, value, text => text.Length == 2 && text.All(char.IsAsciiLetterUpper), "a country, ISO 3166-1 alpha-2, such as IT");

    public string Folder(string at, string value)
    {
        Require(at, value, text => text.Length > 0, "a folder");
        return value.Length == 0 ? "" : Path.TrimEndingDirectorySeparator(Path.GetFullPath(value, folder));
    }

    public bool TryKey(string at, string file, [NotNullWhen(true)] out VerifyingKey? key)
    {
        key = null;
        try
        {
            key = VerifyingKey.FromPem(File.ReadAllText(Path.GetFullPath(file, folder)));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or WireFormatException or ArgumentException)
        {
            Problem($"{at}: '{file}': {e.Message}");
            return false;
        }
    }

    public void RefuseRepeated(string section, string what, IEnumerable<string> values)
    {
        foreach (var repeated in values.GroupBy(value => value).Where(group => group.Count() > 1))
        {
            Problem($"{section}: the {what} '{repeated.Key}' stands {repeated.Count()} times.");
        }
    }

    private T? Bind<T>(IConfigurationSection section)
    {
        try
        {
            return section.Get<T>(binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            Problem($"{section.Path}: {e.Message}");
            return default;
        }
    }
}
