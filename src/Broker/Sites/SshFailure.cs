using Scanlock.Contracts.Agent;
using Scanlock.Processes;

namespace Scanlock.Broker.Sites;

/// <summary>Tells from how the SSH client ended why there is no conversation. A pure reading of its exit and its own messages.</summary>
internal static class SshFailure
{
    private const int SshItself = 255;
    private const int CannotExecute = 126;
    private const int NotFound = 127;

    /// <summary>OpenSSH's messages, and what to say instead. The first that fits counts.</summary>
    private static readonly (string Message, SiteTrouble Trouble, string Says)[] s_messages =
    [
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", SiteTrouble.HostKey, "its host key is not the one entered for it. Someone may be in between; or the site has a new key, to be compared with its admin"),
        ("host key is known for", SiteTrouble.HostKey, "no host key was entered for it, so none is believed"),
        ("Host key verification failed", SiteTrouble.HostKey, "its host key is not the one entered for it"),
        ("REVOKED HOST KEY", SiteTrouble.HostKey, "its host key was revoked"),
        ("Permission denied (", SiteTrouble.Login, "it does not accept the broker's SSH key"),
        ("Too many authentication failures", SiteTrouble.Login, "it does not accept the broker's SSH key"),
        ("UNPROTECTED PRIVATE KEY FILE", SiteTrouble.Login, "the broker's SSH key file can be read by others, so SSH does not use it"),
        ("Load key", SiteTrouble.Login, "the broker's SSH key file cannot be used"),
        ("Could not resolve hostname", SiteTrouble.Unreachable, "its host name does not resolve"),
        ("Connection refused", SiteTrouble.Unreachable, "its host refuses the connection"),
        ("timed out", SiteTrouble.Unreachable, "its host does not answer"),
        ("No route to host", SiteTrouble.Unreachable, "there is no route to its host"),
        ("Network is unreachable", SiteTrouble.Unreachable, "there is no network to its host"),
        ("Connection closed by", SiteTrouble.Unreachable, "its host closed the connection"),
        ("Connection reset by", SiteTrouble.Unreachable, "its host reset the connection"),
        ("not responding", SiteTrouble.Unreachable, "the connection went silent"),
        ("Bad configuration option", SiteTrouble.Unreachable, "the broker's SSH configuration for it is not valid"),
    ];

    /// <param name="exit">How the client ended.</param>
    /// <param name="errors">The end of its standard error; the far end may have written to it too, so it is only matched, never shown.</param>
    /// <param name="welcomed">Whether the agent had introduced itself before.</param>
    public static SiteProblem Explain(string site, ProgramExit exit, string errors, bool welcomed)
    {
        // Only status 255 is the client's own: otherwise the far end wrote the errors, and could claim anything.
        if (exit is ProgramExit.Status { Code: SshItself })
        {
            var known = s_messages.FirstOrDefault(known => errors.Contains(known.Message, StringComparison.OrdinalIgnoreCase));
            return known.Says is null
                ? new(SiteTrouble.Unreachable, $"The site '{site}' cannot be reached: the SSH connection failed.")
                : new(known.Trouble, $"The site '{site}' cannot be reached: {known.Says}.");
        }

        return exit switch
        {
            ProgramExit.Status { Code: CannotExecute or NotFound } =>
                NotAnAgent(site, "its account does not run hpc-agent"),
            ProgramExit.Status when !welcomed => NotAnAgent(site, $"the program there ended with {exit} before it said anything"),
            _ => new(SiteTrouble.Unreachable, $"The connection to the site '{site}' ended: {exit}."),
        };
    }

    /// <summary>What answers at the site is not its agent.</summary>
    public static SiteProblem NotAnAgent(string site, string reason) =>
        new(SiteTrouble.Protocol, $"What answers at the site '{site}' does not speak the agent protocol: {reason}.");

    /// <summary>Why this agent is not the one to speak with; null where it is.</summary>
    public static SiteProblem? Judge(string site, Welcome welcome) => welcome switch
    {
        { Protocol: not AgentProtocol.Version } =>
            NotAnAgent(site, $"it speaks version {welcome.Protocol}, this broker version {AgentProtocol.Version}"),
        _ when welcome.Site != site => new(SiteTrouble.Protocol, $"Another site's agent answers at the site '{site}'; its forced command or this broker's configuration names the wrong one."),
        _ => null,
    };
}
