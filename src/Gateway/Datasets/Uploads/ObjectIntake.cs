using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.IntakeWorkers;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Takes one object in (P2): (1) its bytes stream through a hash into an intake worker; (2) each sample that comes back is encrypted at once, in
/// memory, and only then written, and so is the de-identified object where the policy wants it; (3) one transaction makes all of them visible, with the outcome under the object's ordinal. Sending the same
/// ordinal again answers what was recorded.
/// </summary>
internal sealed class ObjectIntake(
    IDbContextFactory<GatewayDb> databases,
    IntakePool workers,
    IBlobStore blobs,
    GatewayKeys gatewayKeys,
    DatasetKeys keys,
    PoliciesInForce policies,
    TimeProvider time)
{
    /// <summary>Takes an object into a session that the sender may use.</summary>
    /// <param name="session">The session.</param>
    /// <param name="ordinal">The object's number in it.</param>
    /// <param name="body">The object's bytes.</param>
    /// <param name="study">The Study Instance UID it must be of, or null.</param>
    /// <param name="cancellationToken">Abandons the object.</param>
    public async Task<Outcome<ObjectOutcome>> TakeAsync(string session, int ordinal, Stream body, string? study, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var upload = await db.Uploads.SingleAsync(row => row.Id == session, cancellationToken);
        if (await RecordedAsync(db, upload.Id, ordinal, cancellationToken) is { } recorded)
        {
            return recorded;
        }

        if (upload.ClosedAt is not null)
        {
            return new Refusal.Conflict($"Upload {upload.Id} of '{upload.Dataset}' is closed.");
        }

        using var sha256 = SHA256.Create();
        await using var hashing = new CryptoStream(body, sha256, CryptoStreamMode.Read, leaveOpen: true);
        var hashes = keys.Open(upload.Dataset);
        var reception = new Reception(upload.Dataset, blobs, gatewayKeys.Storage, hashes);
        var isKept = false;
        try
        {
            var rules = policies.Of(await db.Datasets.AsNoTracking().SingleAsync(row => row.Name == upload.Dataset, cancellationToken)).Intake;
            var rendition = rules.Archive ? new RenditionTask(rules.Deidentification, hashes.WorkerKey) : null;
            var task = new IntakeTask(Wire.Version, ordinal, Samples: true, rules.BurnedInText, rendition);
            var outcome = await workers.ExamineAsync(task, hashing, reception, cancellationToken);
            if (outcome is not IntakeOutcome.Refused && study is not null && reception.Head?.StudyUid != study)
            {
                outcome = new IntakeOutcome.Refused(IntakeRefusal.Of(RefusalCode.WrongStudy));
            }

            if (outcome is not IntakeOutcome.Refused)
            {
                await reception.EndAsync();
            }

            var recording = new Recording(db, upload, ordinal, time.GetUtcNow());
            var settled = outcome switch
            {
                // Nothing was wrong with the object, so nothing is recorded: it may be sent again under the same ordinal.
                IntakeOutcome.Refused { Refusal: { Code: RefusalCode.Interrupted } again } =>
                    new ObjectOutcome(ordinal, UploadOutcomes.Refused, again.CodeName, again.Sentence),
                IntakeOutcome.Refused refused => await recording.RefuseAsync(refused.Refusal, cancellationToken),
                // Not refused means read to its end, so the hash is finished.
                IntakeOutcome.Quarantined kept => await recording.StoreAsync(
                    Sha256Digest.FromHash(sha256.Hash), hashes, reception, kept.Reason, cancellationToken),
                _ => await recording.StoreAsync(Sha256Digest.FromHash(sha256.Hash), hashes, reception, null, cancellationToken),
            };
            isKept = recording.HasStored;
            return settled;
        }
        finally
        {
            if (!isKept)
            {
                await reception.DiscardAsync();
            }
        }
    }

    private static async Task<ObjectOutcome?> RecordedAsync(GatewayDb db, string upload, int ordinal, CancellationToken cancellationToken) =>
        await db.UploadObjects.SingleOrDefaultAsync(row => row.Upload == upload && row.Ordinal == ordinal, cancellationToken) is { } row
            ? Recording.OutcomeOf(row)
            : null;
}
