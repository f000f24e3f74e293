using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;

namespace Scanlock.HpcAgent.Running;

/// <summary>
/// Whether a key release is the gateway's, answers this very request, and is fresh by this clock. Asked when it is delivered, for a clear
/// answer, and again by run-step.
/// </summary>
internal static class ReleaseCheck
{
    private static readonly TimeSpan s_freshness = TimeSpan.FromSeconds(60);

    /// <summary>The release, or the refusal.</summary>
    public static (KeyRelease? Release, Refused? Refusal) Check(string compact, VerifyingKey gateway, Sha256Digest request, DateTimeOffset now)
    {
        KeyRelease release;
        try
        {
            release = StatementKinds.KeyRelease.Verify(compact, gateway).Value;
        }
        catch (WireFormatException e)
        {
            return (null, new(AgentRefusals.BadStatement, e.Message));
        }

        if (release.Request != request)
        {
            return (null, new(AgentRefusals.OtherJob, "The release answers another request."));
        }

        return (now - release.At).Duration() <= s_freshness && release.LeaseSeconds > 0
            ? (release, null)
            : (null, new(AgentRefusals.Expired, $"The release was signed at {release.At:u}, more than {s_freshness.TotalSeconds:0} s from this node's {now:u}."));
    }
}
