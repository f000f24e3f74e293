using Scanlock.Contracts.Agent;

namespace Scanlock.Broker.Sites;

/// <summary>
/// One open conversation with a site's agent. Questions may be asked before earlier ones are answered; answers come in order. After
/// <see cref="SiteReply{T}.Down"/> every further question gets the same.
/// </summary>
internal interface ISiteLink : IAsyncDisposable
{
    /// <summary>How the agent introduced itself.</summary>
    Welcome Welcome { get; }

    /// <summary>
    /// Asks, and completes once the question is out, so that questions keep their order and <paramref name="body"/> may be used again;
    /// the inner task completes with the answer. <paramref name="request"/> must announce the body's length.
    /// </summary>
    Task<Task<SiteReply<T>>> BeginAsync<T>(AgentRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        where T : AgentAnswer;
}

/// <summary>What came of opening a link.</summary>
internal abstract record LinkOpening
{
    private LinkOpening() { }

    public sealed record Open(ISiteLink Link) : LinkOpening;

    public sealed record Closed(SiteProblem Problem) : LinkOpening;
}
