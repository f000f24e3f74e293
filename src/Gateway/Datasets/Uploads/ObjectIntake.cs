using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.IntakeWorkers;
using Scanlock.Policy;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Takes one object in (P2): (1) its bytes stream through a hash into an intake worker; (2) each sample that comes back is encrypted at once, in
/// memory, and only then written, and so is the de-identified object where the policy wants it; (3) one transaction makes all of them visible,
/// with the outcome under the object's ordinal.
/// </summary>
internal sealed partial class ObjectIntake(
    IDbContextFactory<GatewayDb> databases,
    UploadReads reads,
    Recorder recorder,
    IntakePool workers,
    IBlobStore blobs,
    GatewayKeys gatewayKeys,
    DatasetKeys keys,
    PoliciesInForce policies,
    TimeProvider time,
    ILogger<ObjectIntake> logger)
{
    /// <summary>No worker became free for the object; nothing was wrong with it.</summary>
    public static Refusal.Busy Busy { get; } = new("Every intake worker that this sender can have is busy, and stayed so; send the object again later.");

    /// <summary>Takes an object into a session that the sender may use.</summary>
    /// <param name="origin">Who sends it to which dataset.</param>
    /// <param name="session">The session.</param>
    /// <param name="ordinal">The object's number in it.</param>
    /// <param name="body">The object's bytes.</param>
    /// <param name="study">The Study Instance UID it must be of, or null.</param>
    /// <param name="masks">What its sender says of its masks.</param>
    /// <param name="cancellationToken">Abandons the object.</param>
    public async Task<Outcome<TakenObject>> TakeAsync(
        ObjectOrigin origin, string session, int ordinal, Stream body, string? study, AskedMasks masks, CancellationToken cancellationToken)
    {
        var upload = reads.Upload(session) ?? throw new InvalidOperationException("An object is for a session that was never opened.");
        if (upload.IsClosed)
        {
            return new Refusal.Conflict($"Upload {upload.Id} of '{upload.Dataset}' is closed.");
        }

        await using var hashing = new HashedBody(body);
        var hashes = keys.Open(upload.Dataset);
        var reception = new Reception(upload.Dataset, blobs, gatewayKeys.Storage, hashes);
        Recording? recording = null;
        try
        {
            var rules = (await PolicyAsync(upload, cancellationToken)).Intake;
            var rendition = rules.Archive ? new RenditionTask(rules.Deidentification, hashes.WorkerKey) : null;
            var task = new IntakeTask(Wire.Version, ordinal, Samples: true, rules.BurnedInText, rendition) { Masks = masks.ToTask() };
            var outcome = await workers.ExamineAsync(origin, task, hashing, reception, cancellationToken);
            if (outcome is IntakeOutcome.NotBegun)
            {
                return Busy;
            }

            if (outcome is not IntakeOutcome.Refused && study is not null && reception.Head?.StudyUid != study)
            {
                outcome = new IntakeOutcome.Refused(IntakeRefusal.Of(RefusalCode.WrongStudy));
            }

            if (outcome is not IntakeOutcome.Refused)
            {
                await reception.EndAsync();
            }

            // Nothing was wrong with an object that was interrupted, so nothing is recorded: it may be sent again under the same ordinal.
            if (outcome is IntakeOutcome.Refused { Refusal: { Code: RefusalCode.Interrupted } again })
            {
                return new TakenObject(new(ordinal, UploadOutcomes.Refused, again.CodeName, again.Sentence), reception.Head);
            }

            // Not refused means read to its end, so the digest is that of all of it.
            recording = outcome is IntakeOutcome.Refused refused
                ? Recording.Refused(upload, ordinal, refused.Refusal, time.GetUtcNow())
                : Recording.Stored(
                    upload, ordinal, hashing.Digest(), hashes, reception, masks, (outcome as IntakeOutcome.Quarantined)?.Reason, time.GetUtcNow());
            var settled = await recorder.RecordAsync(recording, cancellationToken);
            return settled.IsRefused ? settled.Refusal : new TakenObject(settled.Value, reception.Head);
        }
        finally
        {
            // Whatever is on its way to the sender goes on: a ciphertext nobody can see is no reason to hide it.
            if (recording is not { HasStored: true } && await reception.DiscardAsync() is { Count: > 0 } left)
            {
                LogLeft(logger, left[0], left.Count);
            }
        }
    }

    private async Task<PolicyDocument> PolicyAsync(OpenUpload upload, CancellationToken cancellationToken)
    {
        if (policies.Known(upload.PolicyRevision) is { } known)
        {
            return known;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return policies.Of(await db.Datasets.AsNoTracking().SingleAsync(row => row.Name == upload.Dataset, cancellationToken));
    }

    [LoggerMessage(EventId = 2212, Level = LogLevel.Warning, Message = "{Count} ciphertexts of an object that was not kept are left to the next start: the store would not delete them")]
    private static partial void LogLeft(ILogger logger, Exception exception, int count);
}

/// <summary>What became of an object.</summary>
/// <param name="Head">Whose it is, for its sender's answer; null where it was refused before that was known.</param>
internal sealed record TakenObject(ObjectOutcome Outcome, IntakeHead? Head);
