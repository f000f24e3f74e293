using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration.Json;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Sites;
using Scanlock.Web;
using Scanlock.Web.Identity;

namespace Scanlock.Broker;

/// <summary>The section <c>Broker</c> of the configuration file. Paths are relative to that file's folder.</summary>
/// <param name="Name">How gateways know this broker; the issuer of its tokens.</param>
/// <param name="PublicUrl">The audience that access tokens for this broker must name.</param>
/// <param name="Listen">Where to listen, such as <c>http://127.0.0.1:5080</c>.</param>
/// <param name="StateDirectory">Holds the database and fetched models.</param>
/// <param name="KeyFile">The broker's ES256 key, PEM; made, mode 0600, where there is none.</param>
/// <param name="PollSeconds">How often live trials are looked after.</param>
internal sealed record BrokerSettings(
    string Name = "",
    string PublicUrl = "",
    string Listen = "",
    string StateDirectory = "",
    string KeyFile = "",
    double PollSeconds = 2);

/// <summary>All of the broker's configuration, checked.</summary>
internal sealed partial record BrokerOptions(
    BrokerSettings Broker,
    IReadOnlyList<IssuerOptions> Issuers,
    IReadOnlyList<GatewaySettings> Gateways,
    IReadOnlyList<SiteSettings> Sites)
{
    private static readonly string[] s_sections = ["Broker", "Issuers", "Gateways", "Sites", "Logging"];

    /// <param name="folder">What relative paths are relative to.</param>
    /// <exception cref="HostConfigurationException">Every fault there is.</exception>
    public static BrokerOptions Read(IConfigurationRoot configuration, string folder)
    {
        // The framework adds keys of its own beside those of the file.
        var written = configuration.Providers.OfType<JsonConfigurationProvider>().SelectMany(file => file.GetChildKeys([], null));
        var unknown = written.Distinct(StringComparer.OrdinalIgnoreCase).Except(s_sections, StringComparer.OrdinalIgnoreCase);
        List<string> problems = [.. unknown.Select(key => $"'{key}' is no section of the broker's configuration; there are {string.Join(", ", s_sections)}.")];
        var broker = Bind<BrokerSettings>(configuration, "Broker", problems) ?? new();
        var issuers = Bind<List<IssuerOptions>>(configuration, "Issuers", problems) ?? [];
        var gateways = Bind<List<GatewaySettings>>(configuration, "Gateways", problems) ?? [];
        var sites = Bind<List<SiteSettings>>(configuration, "Sites", problems) ?? [];
        var options = new BrokerOptions(
            broker with { StateDirectory = Absolute(broker.StateDirectory, folder), KeyFile = Absolute(broker.KeyFile, folder) },
            issuers,
            [.. gateways.Select(gateway => gateway with { KeyFile = Absolute(gateway.KeyFile, folder) })],
            [.. sites.Select(site => site.Below(folder))]);
        HostConfigurationException.ThrowIfAny([.. problems, .. options.Problems()]);
        return options;
    }

    internal static string Absolute(string path, string folder) => path.Length == 0 ? path : Path.GetFullPath(path, folder);

    /// <summary>Names stand in tokens, URLs and messages, so they are kept plain.</summary>
    internal static bool IsName(string text) => PlainName().IsMatch(text);

    private static T? Bind<T>(IConfiguration configuration, string section, List<string> problems)
        where T : class
    {
        try
        {
            return configuration.GetSection(section).Get<T>(binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            problems.Add($"{section}: {(e.InnerException ?? e).Message}");
            return null;
        }
    }

    private IEnumerable<string> Problems() =>
    [
        .. ProblemsOfBroker(),
        .. Gateways.SelectMany(gateway => gateway.Problems()),
        .. Sites.SelectMany(site => site.Problems()),
        .. Twice(Gateways.Select(gateway => gateway.Name)).Select(name => $"Gateways: '{name}' stands twice."),
        .. Twice(Sites.Select(site => site.Name)).Select(name => $"Sites: '{name}' stands twice."),
    ];

    private IEnumerable<string> ProblemsOfBroker()
    {
        if (!IsName(Broker.Name))
        {
            yield return $"Broker: Name '{Broker.Name}' must be 1 to 64 letters, digits, dots, dashes or underscores.";
        }

        if (!Uri.TryCreate(Broker.PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return $"Broker: PublicUrl '{Broker.PublicUrl}' is not an http or https URL.";
        }

        if (Broker.StateDirectory.Length == 0)
        {
            yield return "Broker: StateDirectory is missing.";
        }

        if (Broker.KeyFile.Length == 0)
        {
            yield return "Broker: KeyFile is missing.";
        }

        if (Broker.PollSeconds is not (>= 0.05 and <= 60))
        {
            yield return $"Broker: PollSeconds {Broker.PollSeconds} must be between 0.05 and 60.";
        }
    }

    private static IEnumerable<string> Twice(IEnumerable<string> names) =>
        names.GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PlainName();
}
