using System.Collections.Concurrent;
using Scanlock.Contracts.Agent;

namespace Scanlock.Broker.Sites;

/// <summary>What was last seen of a site.</summary>
/// <param name="Welcome">How its agent last introduced itself, or null.</param>
/// <param name="Problem">Why it cannot be spoken to since then, or null.</param>
internal sealed record SiteSight(Welcome? Welcome, SiteProblem? Problem, DateTimeOffset At);

/// <summary>What was last seen of each site; in memory only, and logged when it changes.</summary>
internal sealed partial class SiteBoard(TimeProvider clock, ILogger<SiteBoard> logger)
{
    private readonly ConcurrentDictionary<string, SiteSight> _sights = new(StringComparer.Ordinal);

    public SiteSight? Find(string site) => _sights.GetValueOrDefault(site);

    public void Note(string site, Welcome welcome)
    {
        if (Find(site) is not { Problem: null })
        {
            LogReached(logger, site);
        }

        _sights[site] = new(welcome, null, clock.GetUtcNow());
    }

    public void Note(string site, SiteProblem problem)
    {
        var before = Find(site);
        if (before?.Problem != problem)
        {
            LogProblem(logger, site, problem.Sentence);
        }

        _sights[site] = new(before?.Welcome, problem, clock.GetUtcNow());
    }

    [LoggerMessage(EventId = 3100, Level = LogLevel.Information, Message = "Site {Site} answers")]
    private static partial void LogReached(ILogger logger, string site);

    [LoggerMessage(EventId = 3101, Level = LogLevel.Warning, Message = "Site {Site}: {Problem}")]
    private static partial void LogProblem(ILogger logger, string site, string problem);
}
