namespace Scanlock.Broker.Sites;

/// <summary>A site this broker can reach over SSH: an entry of the section <c>Sites</c>.</summary>
/// <param name="Name">The site's own name, which its agent must give too.</param>
/// <param name="Destination"><c>user@host</c>, or a host of <paramref name="SshConfigFile"/>.</param>
/// <param name="Port">0 for what SSH or its configuration says.</param>
/// <param name="IdentityFile">The private key or, with its certificate beside it, the key of a certificate.</param>
/// <param name="KnownHostsFile">Host keys, entered by the broker's admin; no other is accepted.</param>
/// <param name="SshConfigFile">An ssh_config(5) for jump hosts, Kerberos and the like; or null for none.</param>
/// <param name="Connections">Connections that stage in parallel.</param>
internal sealed record SiteSettings(
    string Name = "",
    string Destination = "",
    int Port = 0,
    string IdentityFile = "",
    string KnownHostsFile = "",
    string? SshConfigFile = null,
    int Connections = 1)
{
    private const int MaxConnections = 16;

    public SiteSettings Below(string folder) => this with
    {
        IdentityFile = BrokerOptions.Absolute(IdentityFile, folder),
        KnownHostsFile = BrokerOptions.Absolute(KnownHostsFile, folder),
        SshConfigFile = SshConfigFile is null ? null : BrokerOptions.Absolute(SshConfigFile, folder),
    };

    /// <summary>Everything wrong with this entry, in sentences.</summary>
    public IEnumerable<string> Problems()
    {
        if (!BrokerOptions.IsName(Name))
        {
            yield return $"Sites: Name '{Name}' must be 1 to 64 letters, digits, dots, dashes or underscores.";
        }

        if (Destination.Length == 0 || Destination.StartsWith('-') || Destination.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            yield return $"Sites: '{Name}': Destination '{Destination}' is not user@host.";
        }

        if (Port is < 0 or > 65535)
        {
            yield return $"Sites: '{Name}': Port {Port} is no TCP port.";
        }

        if (Connections is < 1 or > MaxConnections)
        {
            yield return $"Sites: '{Name}': Connections {Connections} must be between 1 and {MaxConnections}.";
        }

        if (IdentityFile.Length == 0 && SshConfigFile is null)
        {
            yield return $"Sites: '{Name}': IdentityFile is missing (only an SshConfigFile can stand in for it).";
        }

        foreach (var (member, file) in new[] { ("IdentityFile", IdentityFile), ("KnownHostsFile", KnownHostsFile), ("SshConfigFile", SshConfigFile ?? "") })
        {
            if (file.Length > 0 && !File.Exists(file))
            {
                yield return $"Sites: '{Name}': {member}: there is no file '{file}'.";
            }
        }

        if (KnownHostsFile.Length == 0)
        {
            yield return $"Sites: '{Name}': KnownHostsFile is missing.";
        }
    }
}
