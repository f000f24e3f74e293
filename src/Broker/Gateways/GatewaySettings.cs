namespace Scanlock.Broker.Gateways;

/// <summary>A gateway this broker works with: an entry of the section <c>Gateways</c>.</summary>
/// <param name="Name">What experiments call it.</param>
/// <param name="Url">Where it answers.</param>
/// <param name="KeyFile">Its statement key, PEM, entered by the broker's admin: only what it signed is believed to be from there.</param>
internal sealed record GatewaySettings(string Name = "", string Url = "", string KeyFile = "")
{
    /// <summary>Everything wrong with this entry, in sentences.</summary>
    public IEnumerable<string> Problems()
    {
        if (!BrokerOptions.IsName(Name))
        {
            yield return $"Gateways: Name '{Name}' must be 1 to 64 letters, digits, dots, dashes or underscores.";
        }

        if (!Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return $"Gateways: '{Name}': Url '{Url}' is not an http or https URL.";
        }
        else if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
        {
            yield return $"Gateways: '{Name}': Url '{Url}' is plain HTTP and not on loopback.";
        }

        if (KeyFile.Length == 0)
        {
            yield return $"Gateways: '{Name}': KeyFile is missing.";
        }
        else if (!File.Exists(KeyFile))
        {
            yield return $"Gateways: '{Name}': there is no file '{KeyFile}'.";
        }
    }
}
