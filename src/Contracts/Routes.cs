namespace Scanlock.Contracts;

/// <summary>What is done with a path of either host's API: <see cref="Gateway.GatewayRoutes"/>, <see cref="Broker.BrokerRoutes"/>.</summary>
public static class Routes
{
    /// <summary>Fills a route's parameters, each escaped, in the order they stand.</summary>
    public static string Fill(string route, params ReadOnlySpan<string> values)
    {
        foreach (var value in values)
        {
            var open = route.IndexOf('{', StringComparison.Ordinal);
            var close = route.IndexOf('}', StringComparison.Ordinal);
            route = string.Concat(route.AsSpan(0, open), Uri.EscapeDataString(value), route.AsSpan(close + 1));
        }

        return route;
    }
}
