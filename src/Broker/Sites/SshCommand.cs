using Scanlock.Processes;

namespace Scanlock.Broker.Sites;

/// <summary>The OpenSSH client's command line for a site.</summary>
internal static class SshCommand
{
    /// <summary>
    /// Asked for by name, though a forced command runs whatever is asked: on an account without one, no shell ever reads what we send.
    /// </summary>
    internal const string RemoteCommand = "hpc-agent serve";
    private const int ConnectSeconds = 15;
    private const int AliveSeconds = 15;

    public static ProgramStart For(SiteSettings site, string ssh) =>
        new ProgramStart(ssh, [.. Arguments(site)]).Inheriting("PATH", "HOME", "USER", "LOGNAME", "SSH_AUTH_SOCK", "KRB5CCNAME", "KRB5_CONFIG");

    internal static IEnumerable<string> Arguments(SiteSettings site) =>
    [
        "-T",
        "-F", site.SshConfigFile ?? "/dev/null",
        .. Option("BatchMode", "yes"),
        .. Option("StrictHostKeyChecking", "yes"),
        .. Option("UserKnownHostsFile", Quoted(site.KnownHostsFile)),
        .. Option("GlobalKnownHostsFile", "/dev/null"),
        .. Option("UpdateHostKeys", "no"),
        .. Option("IdentitiesOnly", "yes"),
        .. Option("ConnectTimeout", $"{ConnectSeconds}"),
        .. Option("ConnectionAttempts", "1"),
        .. Option("ServerAliveInterval", $"{AliveSeconds}"),
        .. Option("ServerAliveCountMax", "3"),
        .. Option("ClearAllForwardings", "yes"),
        .. Option("ForwardAgent", "no"),
        .. Option("PermitLocalCommand", "no"),
        .. Option("EscapeChar", "none"),
        .. Option("LogLevel", "ERROR"),

        // Preferred only: with AES in hardware several times faster than the default, and a site may still insist on another.
        .. Option("Ciphers", "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"),
        .. site.IdentityFile.Length > 0 ? ["-i", site.IdentityFile] : Array.Empty<string>(),
        .. site.Port > 0 ? ["-p", $"{site.Port}"] : Array.Empty<string>(),
        "--", site.Destination, RemoteCommand,
    ];

    private static string[] Option(string name, string value) => ["-o", $"{name}={value}"];

    // ssh_config(5) splits values at blanks and expands % in file names.
    private static string Quoted(string path) => $"\"{path.Replace("%", "%%", StringComparison.Ordinal)}\"";
}
