using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Scheduling.Placement;

/// <summary>All that a decision looks at. The same snapshot gives the same decision.</summary>
/// <param name="Waiting">Ready to be handed in; each id once.</param>
/// <param name="Placed">At a site already, queued or running there.</param>
internal sealed record PlacementSnapshot(
    DateTimeOffset Now,
    IReadOnlyList<PlacementSite> Sites,
    IReadOnlyList<ProjectShare> Projects,
    IReadOnlyList<WaitingTrial> Waiting,
    IReadOnlyList<PlacedTrial> Placed);

/// <summary>A site as the decision sees it; a cap that is null is not known, and binds nothing.</summary>
/// <param name="Slots">Trials that may be there at once, whatever they need.</param>
/// <param name="Limit">Most trials that this broker may have there at once.</param>
/// <param name="BytesPerSecond">How fast the last staging to it was, or null.</param>
internal sealed record PlacementSite(
    string Name,
    SiteState State = SiteState.Up,
    int? Slots = null,
    int? Cpus = null,
    long? MemoryMiB = null,
    int? Gpus = null,
    int? Limit = null,
    double? BytesPerSecond = null)
{
    public IReadOnlyList<MaintenanceWindow> Maintenance { get; init; } = [];

    /// <summary>Ciphertexts that are there whole.</summary>
    public IReadOnlySet<Sha256Digest> Staged { get; init; } = new HashSet<Sha256Digest>();

    public Room Capacity => new(Limit ?? Room.Unbounded, Slots ?? Room.Unbounded, Cpus ?? Room.Unbounded, MemoryMiB ?? Room.Unbounded, Gpus ?? Room.Unbounded);
}

internal enum SiteState
{
    Up,

    /// <summary>Finishes what it has and gets nothing new.</summary>
    Draining,

    /// <summary>Cannot be spoken to at present.</summary>
    Away,
}

/// <summary>Nothing runs at the site from <paramref name="From"/> until before <paramref name="Until"/>.</summary>
internal sealed record MaintenanceWindow(DateTimeOffset From, DateTimeOffset Until);

/// <summary>A project's claim. One that is not listed has weight 1, no limit and priority 0.</summary>
/// <param name="Weight">Its share, relative to those of the others; above 0.</param>
/// <param name="UsedSeconds">Slot-seconds it has had, decayed (<see cref="FairShare"/>).</param>
/// <param name="Limit">Most trials it may have at all sites at once, or null.</param>
/// <param name="Priority">Added to the priority of each of its trials.</param>
internal sealed record ProjectShare(string Name, double Weight = 1, double UsedSeconds = 0, int? Limit = null, int Priority = 0);

/// <param name="Sites">Where it may run.</param>
/// <param name="Inputs">What it opens there; trials of one experiment share one list.</param>
/// <param name="Estimated">How long it will probably run, or null; its time limit stands in then.</param>
internal sealed record WaitingTrial(
    string Id,
    string Experiment,
    string Project,
    DateTimeOffset SubmittedAt,
    JobResources Resources,
    IReadOnlyList<string> Sites,
    IReadOnlyList<JobInput> Inputs,
    int Priority = 0,
    TimeSpan? Estimated = null);

/// <param name="Since">When it was placed.</param>
/// <param name="Preemptible">It may be stopped for one of higher priority, and is started again later.</param>
/// <param name="Leaving">It is being stopped: its room will be free.</param>
internal sealed record PlacedTrial(
    string Id,
    string Experiment,
    string Project,
    string Site,
    DateTimeOffset Since,
    JobResources Resources,
    int Priority = 0,
    bool Preemptible = false,
    bool Leaving = false,
    TimeSpan? Estimated = null);
