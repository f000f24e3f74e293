using Scanlock.Contracts.Agent;

namespace Scanlock.Broker.Sites;

/// <summary>A connection to one site: opened at the first question, dropped when it breaks, opened anew at the next.</summary>
internal sealed class SiteConnection(SiteSettings site, SiteBoard board, LinkOpener opener) : IAsyncDisposable
{
    private readonly SemaphoreSlim _opening = new(1, 1);
    private ISiteLink? _link;

    /// <summary>How the agent introduced itself; opens the connection where it is not.</summary>
    public async Task<SiteReply<Welcome>> GreetAsync(CancellationToken cancellationToken) => await OpenAsync(cancellationToken) switch
    {
        LinkOpening.Open(var link) => new SiteReply<Welcome>.Got(link.Welcome, default),
        LinkOpening.Closed(var problem) => new SiteReply<Welcome>.Down(problem),
        _ => throw new InvalidOperationException("No such opening."),
    };

    public async Task<SiteReply<T>> AskAsync<T>(AgentRequest request, CancellationToken cancellationToken)
        where T : AgentAnswer => await await BeginAsync<T>(request, default, cancellationToken);

    /// <summary>As <see cref="ISiteLink.BeginAsync"/>.</summary>
    public async Task<Task<SiteReply<T>>> BeginAsync<T>(AgentRequest request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
        where T : AgentAnswer
    {
        var opening = await OpenAsync(cancellationToken);
        if (opening is not LinkOpening.Open(var link))
        {
            return Task.FromResult<SiteReply<T>>(new SiteReply<T>.Down(((LinkOpening.Closed)opening).Problem));
        }

        try
        {
            return WatchAsync(link, await link.BeginAsync<T>(request, body, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            await DropAsync(link);
            throw;
        }
    }

    /// <summary>Hangs up until the next question.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_link is { } link)
        {
            await DropAsync(link);
        }
    }

    private async Task<LinkOpening> OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_link is { } there)
            {
                return new LinkOpening.Open(there);
            }

            var opening = await opener(site, cancellationToken);
            switch (opening)
            {
                case LinkOpening.Open(var link):
                    _link = link;
                    board.Note(site.Name, link.Welcome);
                    break;
                case LinkOpening.Closed(var problem):
                    board.Note(site.Name, problem);
                    break;
            }

            return opening;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<SiteReply<T>> WatchAsync<T>(ISiteLink link, Task<SiteReply<T>> answer)
        where T : AgentAnswer
    {
        try
        {
            var reply = await answer;
            if (reply is SiteReply<T>.Down down)
            {
                board.Note(site.Name, down.Problem);
                await DropAsync(link);
            }

            return reply;
        }
        catch (OperationCanceledException)
        {
            await DropAsync(link);
            throw;
        }
    }

    // Questions sent ahead may all come back down: only the first drops the link, and never a newer one.
    private async Task DropAsync(ISiteLink link)
    {
        if (Interlocked.CompareExchange(ref _link, null, link) == link)
        {
            await link.DisposeAsync();
        }
    }
}

/// <summary>Opens a link to a site.</summary>
internal delegate Task<LinkOpening> LinkOpener(SiteSettings site, CancellationToken cancellationToken);
