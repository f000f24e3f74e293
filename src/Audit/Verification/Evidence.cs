namespace Scanlock.Audit;

/// <summary>A tree head that the log's key signed earlier, and what it was known from.</summary>
internal sealed record EarlierHead(Anchor Anchor, TreeHash Root);

/// <summary>Checks what an auditor brought along by itself, before the log is read.</summary>
internal static class Evidence
{
    public static async Task<List<EarlierHead>> GatherAsync(
        ITileSource source, VerifierKey key, VerifyWith with, Checkpoint? published, Findings findings, CancellationToken cancellationToken)
    {
        var known = new List<(string Name, Checkpoint Checkpoint)>();
        if (with.Since is { } since && IsOfLog(since.Name, since.Checkpoint, key, findings))
        {
            known.Add(since);
        }

        if (with.Proof is { } proof && CheckProof(proof, key, findings))
        {
            known.Add(("the proof's checkpoint", proof.Checkpoint));
        }

        if (with.Witness is null)
        {
            return [.. known.Select(k => new EarlierHead(new Anchor(k.Name, k.Checkpoint.Size, null, null), k.Checkpoint.Root))];
        }

        if (await ReadCosignedAsync(source, key, with.Witness, findings, cancellationToken) is { } cosigned)
        {
            known.Add(cosigned);
        }

        if (published is not null)
        {
            known.Add((TilePath.Checkpoint, published));
        }

        return WithCosignatures(known, with.Witness, published, findings);
    }

    /// <summary>Whether a proof holds: signed by the key, and its root vouches for the entry.</summary>
    public static bool CheckProof(InclusionProof proof, VerifierKey key, Findings findings)
    {
        if (!IsOfLog("the proof's checkpoint", proof.Checkpoint, key, findings))
        {
            return false;
        }

        if (!proof.Holds)
        {
            var what = $"The proof does not lead from entry {proof.Index} as it holds it to the signed root.";
            findings.Add(FindingKind.Evidence, "proof", what, proof.Index, proof.Index);
        }

        return proof.Holds;
    }

    private static async Task<(string Name, Checkpoint Checkpoint)?> ReadCosignedAsync(
        ITileSource source, VerifierKey key, VerifierKey witness, Findings findings, CancellationToken cancellationToken)
    {
        var path = Witness.PublishedPath(witness);
        if (await source.ReadAsync(path, SignedNote.MaxBytes, cancellationToken) is not { } bytes)
        {
            return null;
        }

        if (!Checkpoint.TryParse(bytes, out var checkpoint, out var fault))
        {
            findings.Add(FindingKind.Evidence, path, $"It is not a checkpoint: {fault}.");
            return null;
        }

        return IsOfLog(path, checkpoint, key, findings) ? (path, checkpoint) : null;
    }

    private static List<EarlierHead> WithCosignatures(
        List<(string Name, Checkpoint Checkpoint)> known, VerifierKey witness, Checkpoint? published, Findings findings)
    {
        var heads = new List<EarlierHead>();
        var faults = new List<string>();
        foreach (var (name, checkpoint) in known)
        {
            var at = checkpoint.CosignedAt(witness, out var fault);
            if (at is null)
            {
                faults.Add($"{name}: {fault}");
            }

            // The published checkpoint is no earlier head by itself; bearing a cosignature, it is what the witness saw.
            if (at is not null || !ReferenceEquals(checkpoint, published))
            {
                heads.Add(new EarlierHead(new Anchor(name, checkpoint.Size, at is null ? null : witness.Name, at), checkpoint.Root));
            }
        }

        if (!heads.Any(h => h.Anchor.WitnessedAt is not null))
        {
            findings.Add(
                FindingKind.Evidence, Witness.PublishedPath(witness), $"No cosignature by {witness.Name} was found. {string.Join("; ", faults)}.");
        }

        return heads;
    }

    private static bool IsOfLog(string name, Checkpoint checkpoint, VerifierKey key, Findings findings)
    {
        if (checkpoint.IsSignedBy(key, out var fault))
        {
            return true;
        }

        findings.Add(FindingKind.Evidence, name, $"{char.ToUpperInvariant(name[0])}{name[1..]} cannot be believed: {fault}.");
        return false;
    }
}
