namespace Scanlock.Audit;

/// <summary>What a witness did about a log's newest checkpoint.</summary>
public abstract record WitnessOutcome
{
    private WitnessOutcome() { }

    /// <summary>It goes on from what the witness saw before; cosigned.</summary>
    public sealed record Cosigned(Checkpoint Checkpoint) : WitnessOutcome;

    /// <summary>It does not, or cannot be shown to; not cosigned.</summary>
    public sealed record Refused(Finding Finding) : WitnessOutcome;
}

/// <summary>
/// Watches that a log only grows (C2SP tlog-cosignature): cosigns its newest checkpoint if that is proved, from the log's tiles, to
/// contain the last one this witness cosigned. It reads O(log n) tiles and no entries; whether entries and tiles agree is
/// <see cref="LogVerifier"/>'s to say.
/// </summary>
public static class Witness
{
    /// <summary>Where a log keeps the newest checkpoint that a witness cosigned, for auditors to find.</summary>
    public static string PublishedPath(VerifierKey witness) => $"cosigned/{witness.Id:x8}";

    /// <param name="before">What this witness cosigned last, from its own keeping; null the first time.</param>
    /// <exception cref="IOException">The log cannot be read.</exception>
    public static async Task<WitnessOutcome> ObserveAsync(
        LogReader log, VerifierKey logKey, NoteSigner witness, Checkpoint? before, TimeProvider time, CancellationToken cancellationToken)
    {
        Checkpoint now;
        IReadOnlyList<TreeHash> proof;
        try
        {
            now = await log.CheckpointAsync(cancellationToken);
            if (!now.IsSignedBy(logKey, out var fault))
            {
                return Refuse(FindingKind.Checkpoint, $"The checkpoint cannot be believed: {fault}.");
            }

            if (before is null)
            {
                return new WitnessOutcome.Cosigned(now.Cosign(witness, time.GetUtcNow()));
            }

            if (!before.IsSignedBy(logKey, out fault) || before.CosignedAt(witness.Verifier, out fault) is null)
            {
                return Refuse(FindingKind.Evidence, $"What this witness kept from before is not its own of this log: {fault}.");
            }

            if (now.Size < before.Size)
            {
                var what = $"The log was seen with {before.Size} entries and now shows {now.Size}: it was rolled back.";
                return Refuse(FindingKind.Rollback, what, now.Size, before.Size - 1);
            }

            proof = await log.ProveConsistencyAsync(before.Size, now, cancellationToken);
        }
        catch (AuditLogException e)
        {
            return Refuse(FindingKind.Missing, e.Message);
        }

        return Proofs.AreConsistent(before.Size, before.Root, now.Size, now.Root, proof)
            ? new WitnessOutcome.Cosigned(now.Cosign(witness, time.GetUtcNow()))
            : Refuse(
                FindingKind.Fork,
                $"The log does not go on from the {before.Size} entries seen before: it was forked, or its tiles altered.",
                0,
                before.Size - 1);
    }

    private static WitnessOutcome.Refused Refuse(FindingKind kind, string what, long? first = null, long? last = null) =>
        new(new Finding(kind, TilePath.Checkpoint, first, last, what));
}
