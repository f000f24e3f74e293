using Scanlock.Gateway.Configuration;

namespace Scanlock.Gateway.Storage;

/// <summary>Where things lie below the state directory.</summary>
public sealed class StateFolders
{
    public StateFolders(GatewayOptions options)
    {
        Root = options.StateDirectory;
        OwnerOnly.CreateDirectory(Root);
    }

    public string Root { get; }

    public string Database => Path.Combine(Root, "gateway.db");

    public string Blobs => Path.Combine(Root, "blobs");

    /// <summary>The local issuer's own database.</summary>
    public string Accounts => Path.Combine(Root, "accounts.db");

    public string Log => Path.Combine(Root, "audit");
}
