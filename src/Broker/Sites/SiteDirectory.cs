using Scanlock.Contracts.Agent;

namespace Scanlock.Broker.Sites;

/// <summary>The configured sites, and connections to them.</summary>
internal sealed class SiteDirectory(IReadOnlyList<SiteSettings> sites, SiteBoard board, LinkOpener opener, TimeProvider clock)
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);

    public IReadOnlyList<SiteSettings> All => sites;

    /// <summary>Null where the configuration has no such site (any more).</summary>
    public SiteSettings? Find(string name) => sites.FirstOrDefault(site => site.Name == name);

    /// <summary>A connection of the caller's own, not open yet.</summary>
    public SiteConnection Connect(SiteSettings site) => new(site, board, opener);

    /// <summary>What is seen of a site now; a look of the last seconds counts.</summary>
    public async Task<SiteSight> LookAsync(SiteSettings site, CancellationToken cancellationToken)
    {
        if (board.Find(site.Name) is { } sight && clock.GetUtcNow() - sight.At < s_fresh)
        {
            return sight;
        }

        await using var connection = Connect(site);
        return await connection.GreetAsync(cancellationToken) switch
        {
            SiteReply<Welcome>.Got(var welcome, _) => new(welcome, null, clock.GetUtcNow()),
            SiteReply<Welcome>.Down(var problem) => new(null, problem, clock.GetUtcNow()),
            _ => throw new InvalidOperationException("A greeting is not refused."),
        };
    }
}
