namespace Scanlock.Audit;

/// <summary>What kind of thing is wrong with a log.</summary>
public enum FindingKind
{
    /// <summary>The checkpoint is missing, unreadable or not signed by the log's key.</summary>
    Checkpoint,

    /// <summary>A file that the checkpoint asks for is missing or not as long as it must be.</summary>
    Missing,

    /// <summary>Entries are not those that the tiles recorded.</summary>
    Entries,

    /// <summary>A tile is not what the level below it makes.</summary>
    Tile,

    /// <summary>The entries do not lead to the root that was signed.</summary>
    Root,

    /// <summary>The log ends before a checkpoint that was signed earlier.</summary>
    Rollback,

    /// <summary>The log goes on from another history than a checkpoint that was signed earlier.</summary>
    Fork,

    /// <summary>An earlier checkpoint, cosignature or proof that was given does not hold by itself.</summary>
    Evidence,
}

/// <summary>One thing that is wrong, and where.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Where">The file, as the log names it.</param>
/// <param name="FirstEntry">The first entry concerned, where it can be told.</param>
/// <param name="LastEntry">The last entry concerned, where it can be told.</param>
/// <param name="What">A sentence for the auditor.</param>
public sealed record Finding(FindingKind Kind, string Where, long? FirstEntry, long? LastEntry, string What);

/// <summary>A checkpoint signed earlier that the log was compared with.</summary>
/// <param name="From">Where it came from.</param>
/// <param name="Size">Entries under it.</param>
/// <param name="WitnessedBy">The witness whose cosignature on it was checked, if one was.</param>
/// <param name="WitnessedAt">When that witness saw it as the newest, by its own clock.</param>
public sealed record Anchor(string From, long Size, string? WitnessedBy, DateTimeOffset? WitnessedAt);

/// <summary>What was checked of a log and what came of it.</summary>
/// <param name="Log">The directory or address.</param>
/// <param name="Origin">The log's name, from its key.</param>
/// <param name="Size">Entries under the checkpoint that was checked; null where no checkpoint could be believed.</param>
/// <param name="Root">The root that was signed.</param>
/// <param name="Anchors">Earlier checkpoints that the entries were found to contain.</param>
/// <param name="Findings">What is wrong, at most a hundred of it.</param>
/// <param name="FindingsLeftOut">How many more there were.</param>
public sealed record VerificationReport(
    string Log,
    string Origin,
    long? Size,
    TreeHash? Root,
    IReadOnlyList<Anchor> Anchors,
    IReadOnlyList<Finding> Findings,
    long FindingsLeftOut)
{
    public bool Verified => Findings.Count == 0;

    /// <summary>What the check shows about rollback, in a sentence, and never more than that.</summary>
    public string Statement
    {
        get
        {
            if (!Verified)
            {
                return "not verified";
            }

            var witnessed = Anchors.Where(a => a.WitnessedAt is not null).MaxBy(a => a.WitnessedAt);
            var longest = Anchors.MaxBy(a => a.Size);
            return (witnessed, longest) switch
            {
                (_, null) => "consistent; rollback not excluded",
                (null, _) => $"consistent; nothing of the first {longest.Size} entries was changed or rolled back since {longest.From} was signed",
                _ => $"consistent; {witnessed.WitnessedBy} saw {witnessed.Size} entries on {witnessed.WitnessedAt:yyyy-MM-dd HH:mm:ss}Z: "
                    + "nothing of them was changed or rolled back, and later entries are not covered",
            };
        }
    }
}
