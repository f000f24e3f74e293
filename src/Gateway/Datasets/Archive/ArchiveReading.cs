using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Envelope;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Archive;

/// <summary>Gives a dataset's own stewards its archive back, and nobody else.</summary>
internal sealed class ArchiveReading(
    IDbContextFactory<GatewayDb> databases, AuditedActs acts, Alterations alterations, GatewayKeys keys, IBlobStore blobs)
{
    // One packet of a recipient; a gateway's own headers have one.
    private const int MaxHeaderBytes = 4096;

    /// <summary>What is archived of a version.</summary>
    public async Task<Outcome<SignedArchive>> ListAsync(string dataset, int version, Person steward, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await FindAsync(db, dataset, version, steward, cancellationToken);
        return found.IsRefused
            ? found.Refusal
            : new SignedArchive(found.Value.Compact, await CountWithoutAsync(db, dataset, version, found.Value.Value, cancellationToken));
    }

    /// <summary>How many samples of a version are of objects of which nothing is archived with it. What was sealed is not taken away.</summary>
    private async Task<int> CountWithoutAsync(GatewayDb db, string dataset, int version, DatasetArchive archive, CancellationToken cancellationToken)
    {
        var row = await db.VersionAsync(dataset, version, cancellationToken) ?? throw new InvalidOperationException("What is archived is of a version.");
        List<string> shards = [.. StatementKinds.Manifest.Verify(row.Manifest, keys.Statement.Public).Value.Shards.Select(shard => shard.Id)];
        List<string> parts = [.. archive.Parts.Select(part => part.Id)];
        var archived = db.ArchivedObjects.Where(held => held.Dataset == dataset && parts.Contains(held.Part));
        return await db.ShardSamples.CountAsync(
            sealedSample => sealedSample.Dataset == dataset && shards.Contains(sealedSample.Part)
                && !db.Samples.Any(sample => sample.Dataset == dataset && sample.Key == sealedSample.Sample && archived.Any(held => held.ObjectKey == sample.ObjectKey)),
            cancellationToken);
    }

    /// <summary>A part about to be given out; that it is, is in the log before this returns (P7).</summary>
    public async Task<Outcome<ManifestPart>> AdmitAsync(string dataset, int version, string part, Person steward, CancellationToken cancellationToken) =>
        await acts.PerformAsync<ManifestPart>(
            Attempt.At(Acts.ArchiveRead, Actors.Of(steward), ("dataset", dataset), ("version", $"{version}"), ("part", part)),
            async (db, token) =>
            {
                var found = await FindAsync(db, dataset, version, steward, token);
                if (found.IsRefused)
                {
                    return Decided.Nothing<Outcome<ManifestPart>>(found.Refusal);
                }

                return found.Value.Value.Parts.FirstOrDefault(candidate => candidate.Id == part) is { } archived
                    ? Decided.As<Outcome<ManifestPart>>(archived, EntryOf(dataset, version, archived, steward))
                    : Decided.Nothing<Outcome<ManifestPart>>(new Refusal.Unknown($"The archive of version {version} of '{dataset}' has no part '{DatasetLookup.Shown(part)}'."));
            },
            cancellationToken);

    /// <summary>
    /// Decrypts a part into a stream. The ciphertext is checked while it is read, and its last segments are held back until all of it was: what
    /// is not what was sealed never arrives whole.
    /// </summary>
    /// <exception cref="BlobAlteredException">It is not what was sealed; that is in the log.</exception>
    public async Task OpenAsync(string dataset, ManifestPart part, Stream plaintext, CancellationToken cancellationToken)
    {
        try
        {
            var header = await blobs.ReadSmallAsync(BlobNames.Header(dataset, part.Id), MaxHeaderBytes, cancellationToken)
                ?? throw new BlobAlteredException($"The header of '{part.Id}' of '{dataset}' is gone.");
            await using var body = await blobs.OpenCheckedAsync(BlobNames.Body(dataset, part.Id), part.Ciphertext, part.CiphertextBytes, cancellationToken);
            var opening = Header.Open(header, keys.Storage);
            if (opening.IsRefused)
            {
                throw new BlobAlteredException($"The header of '{part.Id}' of '{dataset}' does not open: {opening.Refusal.Message}.");
            }

            using var dataKeys = opening.Value;
            var opened = await Body.DecryptAsync(body, plaintext, dataKeys, cancellationToken);
            if (opened.IsRefused || opened.Value != part.PlaintextBytes)
            {
                throw new BlobAlteredException($"'{part.Id}' of '{dataset}' does not open.");
            }
        }
        catch (BlobAlteredException)
        {
            await alterations.ReportAsync(part.Id, part.Ciphertext, ("dataset", dataset));
            throw;
        }
    }

    private async Task<Outcome<Statement<DatasetArchive>>> FindAsync(GatewayDb db, string dataset, int version, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal;
        }

        return await db.VersionAsync(dataset, version, cancellationToken) switch
        {
            null => new Refusal.Unknown($"'{dataset}' has no version {version}."),
            { Archive: { } statement } => StatementKinds.Archive.Verify(statement, keys.Statement.Public),
            _ => new Refusal.Unknown($"Nothing is archived of version {version} of '{dataset}': its policy did not ask for it when the objects came."),
        };
    }

    private static Entry EntryOf(string dataset, int version, ManifestPart part, Person steward) => new(Acts.ArchiveRead, Actors.Of(steward))
    {
        Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = dataset, ["version"] = $"{version}", ["part"] = part.Id },
        Decision = "allow",
        Digests = new Dictionary<string, Sha256Digest>(StringComparer.Ordinal) { ["ciphertext"] = part.Ciphertext },
        Counts = new Dictionary<string, long>(StringComparer.Ordinal) { ["objects"] = part.Samples, ["bytes"] = part.PlaintextBytes },
    };
}
