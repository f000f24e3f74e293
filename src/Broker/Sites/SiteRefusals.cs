using Scanlock.Broker.Staging;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Sites;

/// <summary>What a refusal of an agent means for a trial.</summary>
internal static class SiteRefusals
{
    /// <summary>A refusal that may be none later: the site's disk is full.</summary>
    public static bool MayPass(string code) => code == AgentRefusals.Storage;

    /// <summary>The code of a trial that fails by it.</summary>
    public static string ToFailure(string code) =>
        code == AgentRefusals.IsolationUnavailable ? JobFailures.IsolationUnavailable : JobFailures.SiteRefused;

    public static string Explain(string code, string sentence) => sentence.Length > 0 ? $"The site refuses ({code}): {sentence}" : $"The site refuses: {code}.";

    public static StagingEnd ToStagingEnd(string code, string sentence) => MayPass(code)
        ? new StagingEnd.Trouble(Explain(code, sentence))
        : new StagingEnd.Impossible(ToFailure(code), Explain(code, sentence));
}
