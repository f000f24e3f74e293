namespace Scanlock.Audit;

/// <summary>What an auditor brings along besides the log's key.</summary>
/// <param name="Since">A checkpoint of this log kept from earlier, and what to call it.</param>
/// <param name="Witness">The key of a witness whose cosignature is asked for.</param>
/// <param name="Proof">An inclusion proof whose checkpoint the log must contain too.</param>
public sealed record VerifyWith((string Name, Checkpoint Checkpoint)? Since = null, VerifierKey? Witness = null, InclusionProof? Proof = null);

/// <summary>
/// Verifies a log with nothing but its public key: derives the root anew from the entries, compares it with the signed checkpoint,
/// every tile with the level below it, and the entries with checkpoints signed earlier. Memory is bounded however long the log is.
/// </summary>
/// <remarks>
/// (1) The checkpoint must be signed by the key. (2) Evidence that was brought is checked by itself and gives earlier tree heads.
/// (3) All entries are hashed in order; on the way each is compared with its hash in its tile, each tile with what the level below
/// makes, and the root at the size of each earlier tree head with that head's. (4) The root at the end must be the signed one.
/// </remarks>
public static class LogVerifier
{
    /// <param name="progress">Told what part of the entries has been checked, from 0 to 1.</param>
    /// <exception cref="IOException">The log cannot be read; says nothing about whether it is sound.</exception>
    public static async Task<VerificationReport> VerifyAsync(
        ITileSource source, VerifierKey key, VerifyWith with, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var findings = new Findings();
        var checkpoint = await ReadCheckpointAsync(source, key, findings, cancellationToken);
        var earlier = await Evidence.GatherAsync(source, key, with, checkpoint, findings, cancellationToken);
        IReadOnlyList<Anchor> anchors = [];
        if (checkpoint is not null)
        {
            anchors = await new LogReplay(source, checkpoint, earlier, findings).RunAsync(progress, cancellationToken);
        }

        findings.EndStretches();
        return new VerificationReport(source.Name, key.Name, checkpoint?.Size, checkpoint?.Root, anchors, findings.Kept, findings.LeftOut);
    }

    /// <summary>Verifies an inclusion proof by itself, without its log.</summary>
    public static IReadOnlyList<Finding> VerifyProof(InclusionProof proof, VerifierKey key)
    {
        var findings = new Findings();
        Evidence.CheckProof(proof, key, findings);
        return findings.Kept;
    }

    private static async Task<Checkpoint?> ReadCheckpointAsync(
        ITileSource source, VerifierKey key, Findings findings, CancellationToken cancellationToken)
    {
        var bytes = await source.ReadAsync(TilePath.Checkpoint, SignedNote.MaxBytes, cancellationToken);
        if (bytes is null)
        {
            findings.Add(FindingKind.Checkpoint, TilePath.Checkpoint, "The checkpoint is missing.");
        }
        else if (!Checkpoint.TryParse(bytes, out var checkpoint, out var fault))
        {
            findings.Add(FindingKind.Checkpoint, TilePath.Checkpoint, $"The checkpoint cannot be read: {fault}.");
        }
        else if (!checkpoint.IsSignedBy(key, out fault))
        {
            findings.Add(FindingKind.Checkpoint, TilePath.Checkpoint, $"The checkpoint cannot be believed: {fault}. Nothing under it was checked.");
        }
        else
        {
            return checkpoint;
        }

        return null;
    }
}
