using Scanlock.Contracts.Agent;

namespace Scanlock.Broker.Sites;

/// <summary>Why a site cannot be spoken to.</summary>
internal enum SiteTrouble
{
    /// <summary>No connection, or it broke off: tomorrow may be better.</summary>
    Unreachable,

    /// <summary>The host's key is not the one entered for it. Nothing is said to such a host.</summary>
    HostKey,

    /// <summary>The host does not accept the broker's SSH key.</summary>
    Login,

    /// <summary>What answers is not this site's agent.</summary>
    Protocol,
}

/// <param name="Sentence">For people: names the site and the reason; nothing the far end wrote.</param>
internal sealed record SiteProblem(SiteTrouble Trouble, string Sentence);

/// <summary>What came of a question to a site.</summary>
internal abstract record SiteReply<T>
{
    private SiteReply() { }

    /// <param name="Body">The raw bytes that came with the answer.</param>
    public sealed record Got(T Answer, ReadOnlyMemory<byte> Body) : SiteReply<T>;

    /// <summary>The agent understood and refused; a code of <see cref="AgentRefusals"/>.</summary>
    public sealed record Refused(string Code, string Sentence) : SiteReply<T>;

    /// <summary>No answer; the connection is gone.</summary>
    public sealed record Down(SiteProblem Problem) : SiteReply<T>;
}
