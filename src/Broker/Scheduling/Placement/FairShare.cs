using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Scheduling.Placement;

/// <summary>
/// What a project has had, in slot-seconds that fade: a second counts half after one half-life. Fair share by decayed usage is how
/// batch systems have long done it (J. Kay, P. Lauder: A fair share scheduler, Communications of the ACM 31(1), 1988).
/// </summary>
internal static class FairShare
{
    /// <summary>Slots that a trial is charged for: one, or its graphics processors where it has several.</summary>
    public static double Slots(JobResources resources) => Math.Max(1, resources.Gpus);

    /// <summary>
    /// The integral of 2^(-(now - t) / halfLife) over t from <paramref name="since"/> to <paramref name="until"/>, in seconds: exact,
    /// so that it does not matter how often it is looked at.
    /// </summary>
    public static double DecayedSeconds(DateTimeOffset since, DateTimeOffset until, DateTimeOffset now, TimeSpan halfLife)
    {
        var last = until < now ? until : now;
        if (last <= since)
        {
            return 0;
        }

        return halfLife.TotalSeconds / Math.Log(2) * (Math.Pow(2, -((now - last) / halfLife)) - Math.Pow(2, -((now - since) / halfLife)));
    }
}
