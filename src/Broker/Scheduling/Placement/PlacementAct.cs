namespace Scanlock.Broker.Scheduling.Placement;

/// <summary>One thing to do, or why there is nothing to do for a trial.</summary>
internal abstract record PlacementAct
{
    private PlacementAct() { }

    /// <summary>Hand the trial in at the site, now.</summary>
    public sealed record Place(string Trial, string Site) : PlacementAct;

    /// <summary>Stop the placed trial, so that <paramref name="For"/> can have its room; it waits again afterwards.</summary>
    public sealed record Preempt(string Trial, string For) : PlacementAct;

    /// <summary>The trial is not placed now.</summary>
    /// <param name="Site">The site that comes nearest to taking it, or null where there is none.</param>
    public sealed record Wait(string Trial, WaitReason Reason, string? Site) : PlacementAct;
}

/// <summary>Why a trial is not placed, from the most distant from being placed to the nearest. A closed list, shown to its researcher.</summary>
internal enum WaitReason
{
    /// <summary>None of its sites is in the configuration.</summary>
    NoSite,

    /// <summary>It asks for more than any of its sites has.</summary>
    TooLarge,
    SiteAway,
    Draining,
    Maintenance,

    /// <summary>Its time limit reaches into the site's next maintenance.</summary>
    WindowTooShort,
    SiteLimit,
    NoRoom,

    /// <summary>What is free is kept for a larger trial that waited before it.</summary>
    KeptForLarger,

    /// <summary>Trials are being stopped, and it has their room next.</summary>
    RoomBeingFreed,
    ProjectLimit,
}

internal static class WaitReasons
{
    /// <summary>The code that stands in the database and the API.</summary>
    public static string Code(this WaitReason reason) => reason switch
    {
        WaitReason.NoSite => "no-site",
        WaitReason.TooLarge => "too-large",
        WaitReason.SiteAway => "site-away",
        WaitReason.Draining => "draining",
        WaitReason.Maintenance => "maintenance",
        WaitReason.WindowTooShort => "window-too-short",
        WaitReason.SiteLimit => "site-limit",
        WaitReason.NoRoom => "no-room",
        WaitReason.KeptForLarger => "kept-for-larger",
        WaitReason.RoomBeingFreed => "room-being-freed",
        WaitReason.ProjectLimit => "project-limit",
        _ => throw new InvalidOperationException("No such reason."),
    };

    /// <summary>What its researcher reads.</summary>
    public static string Sentence(this PlacementAct.Wait wait) => wait.Reason switch
    {
        WaitReason.NoSite => "None of its sites is in this broker's configuration.",
        WaitReason.TooLarge => $"It asks for more than the site '{wait.Site}' has.",
        WaitReason.SiteAway => $"The site '{wait.Site}' cannot be reached at present.",
        WaitReason.Draining => $"The site '{wait.Site}' is draining: it finishes what it has and takes nothing new.",
        WaitReason.Maintenance => $"The site '{wait.Site}' is under maintenance.",
        WaitReason.WindowTooShort => $"Its time limit reaches into the next maintenance of the site '{wait.Site}'; a shorter one could start before.",
        WaitReason.SiteLimit => $"This broker has as many trials at the site '{wait.Site}' as it may.",
        WaitReason.NoRoom => $"It waits for room at the site '{wait.Site}'.",
        WaitReason.KeptForLarger => $"What is free at the site '{wait.Site}' is kept for a larger trial that waited before it.",
        WaitReason.RoomBeingFreed => $"Trials at the site '{wait.Site}' are being stopped; it has their room next.",
        WaitReason.ProjectLimit => "Its project has as many trials at the sites as it may.",
        _ => throw new InvalidOperationException("No such reason."),
    };
}
