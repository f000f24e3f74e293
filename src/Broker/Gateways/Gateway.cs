using Scanlock.Contracts;
using Scanlock.Contracts.Signing;
using Scanlock.Web;

namespace Scanlock.Broker.Gateways;

/// <summary>A configured gateway with its pinned statement key.</summary>
internal sealed record Gateway(string Name, Uri Url, VerifyingKey Key);

/// <summary>The gateways this broker works with, by name.</summary>
internal sealed class GatewayDirectory
{
    private readonly Dictionary<string, Gateway> _gateways;

    /// <exception cref="HostConfigurationException">A key file that is none.</exception>
    public GatewayDirectory(IReadOnlyList<GatewaySettings> settings)
    {
        List<string> problems = [];
        _gateways = new(StringComparer.Ordinal);
        foreach (var entry in settings)
        {
            try
            {
                var key = VerifyingKey.FromPem(File.ReadAllText(entry.KeyFile));
                _gateways.Add(entry.Name, new(entry.Name, new(entry.Url.TrimEnd('/') + "/"), key));
            }
            catch (Exception e) when (e is WireFormatException or IOException or UnauthorizedAccessException)
            {
                problems.Add($"Gateways: '{entry.Name}': KeyFile '{entry.KeyFile}': {e.Message}");
            }
        }

        HostConfigurationException.ThrowIfAny(problems);
    }

    public IEnumerable<Gateway> All => _gateways.Values;

    /// <summary>Null where the configuration has no such gateway (any more).</summary>
    public Gateway? Find(string name) => _gateways.GetValueOrDefault(name);
}
