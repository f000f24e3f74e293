using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Envelope;
using Scanlock.Gateway.Intake;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Takes one object in (P2): (1) its bytes stream through a hash into the intake worker; (2) what comes back is encrypted at once, in
/// memory, and only then written; (3) one transaction records the sample and the outcome under the object's ordinal. Sending the same
/// ordinal again answers what was recorded.
/// </summary>
internal sealed class ObjectIntake(
    IDbContextFactory<GatewayDb> databases, IntakePool workers, IBlobStore blobs, GatewayKeys gatewayKeys, DatasetKeys keys, TimeProvider time)
{
    // Two copies of one object at the same time must not write the same blob.
    private readonly SemaphoreSlim[] _oneAtATimePerSample = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];

    public async Task<Outcome<ObjectOutcome>> TakeAsync(
        string dataset, string upload, int ordinal, Stream body, Person steward, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await UploadSessions.FindAsync(db, dataset, upload, steward, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal;
        }

        return await TakeAsync(upload, ordinal, body, study: null, cancellationToken);
    }

    /// <param name="session">A session that the sender may use.</param>
    /// <param name="study">The one study whose objects are taken, or null for any.</param>
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
        var result = await workers.ExamineAsync(ordinal, hashing, cancellationToken);
        return result switch
        {
            // Nothing was wrong with the object, so nothing is recorded: it may be sent again under the same ordinal.
            IntakeOutcome.Refused { Refusal: { Code: RefusalCode.Interrupted } again } =>
                new ObjectOutcome(ordinal, UploadOutcomes.Refused, again.CodeName, again.Sentence),
            IntakeOutcome.Refused refused => await RefuseAsync(db, upload, ordinal, refused.Refusal, cancellationToken),
            IntakeOutcome.Accepted accepted when study is not null && accepted.Content.Identifiers.StudyUid != study =>
                await RefuseAsync(db, upload, ordinal, IntakeRefusal.Of(RefusalCode.WrongStudy), cancellationToken),
            // Accepted means read to its end, so the hash is finished.
            IntakeOutcome.Accepted accepted =>
                await StoreAsync(db, upload, ordinal, Sha256Digest.FromHash(sha256.Hash), accepted, cancellationToken),
            _ => throw new InvalidOperationException("No such outcome."),
        };
    }

    private static async Task<ObjectOutcome?> RecordedAsync(GatewayDb db, string upload, int ordinal, CancellationToken cancellationToken) =>
        await db.UploadObjects.SingleOrDefaultAsync(row => row.Upload == upload && row.Ordinal == ordinal, cancellationToken) is { } row
            ? new(ordinal, row.Outcome, row.Code, row.Code is null ? null : SentenceOf(row.Code))
            : null;

    private static string SentenceOf(string code) =>
        IntakeRefusal.Of(JsonSerializer.Deserialize($"\"{code}\"", ContractsJson.Strict.RefusalCode)).Sentence;

    private async Task<Outcome<ObjectOutcome>> RefuseAsync(
        GatewayDb db, UploadRow upload, int ordinal, IntakeRefusal refusal, CancellationToken cancellationToken)
    {
        var row = new UploadObjectRow { Upload = upload.Id, Ordinal = ordinal, Outcome = UploadOutcomes.Refused, Code = refusal.CodeName };
        return await RecordAsync(db, upload, row, cancellationToken) is { } refused
            ? refused
            : new ObjectOutcome(ordinal, UploadOutcomes.Refused, refusal.CodeName, refusal.Sentence);
    }

    private async Task<Outcome<ObjectOutcome>> StoreAsync(
        GatewayDb db, UploadRow upload, int ordinal, Sha256Digest bytes, IntakeOutcome.Accepted accepted, CancellationToken cancellationToken)
    {
        var hashes = keys.Open(upload.Dataset);
        var key = hashes.Sample(bytes);
        var turn = _oneAtATimePerSample[int.Parse(key.AsSpan(0, 2), NumberStyles.HexNumber) % _oneAtATimePerSample.Length];
        await turn.WaitAsync(cancellationToken);
        try
        {
            var held = await db.Samples.AnyAsync(sample => sample.Dataset == upload.Dataset && sample.Key == key, cancellationToken);
            if (!held)
            {
                db.Samples.Add(await SealAsync(upload, ordinal, key, hashes, accepted, cancellationToken));
            }

            var outcome = held ? UploadOutcomes.Duplicate : UploadOutcomes.Stored;
            var row = new UploadObjectRow { Upload = upload.Id, Ordinal = ordinal, Outcome = outcome };
            return await RecordAsync(db, upload, row, cancellationToken) is { } refused ? refused : new ObjectOutcome(ordinal, outcome, null, null);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Saves what was added, unless the session was closed or the dataset withdrawn meanwhile: a closed session's counts stay true.</summary>
    private async Task<Refusal?> RecordAsync(GatewayDb db, UploadRow upload, UploadObjectRow row, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var open = await db.Uploads.AnyAsync(session => session.Id == upload.Id && session.ClosedAt == null, cancellationToken)
            && await db.Datasets.AnyAsync(dataset => dataset.Name == upload.Dataset && dataset.State != DatasetStates.Withdrawn, cancellationToken);
        if (!open || await db.UploadObjects.AnyAsync(other => other.Upload == row.Upload && other.Ordinal == row.Ordinal, cancellationToken))
        {
            foreach (var sample in db.Samples.Local)
            {
                await blobs.DeleteAsync(BlobNames.Sample(sample.Dataset, sample.Key), cancellationToken);
            }

            return new Refusal.Conflict(open
                ? $"Object {row.Ordinal} of upload {upload.Id} was sent twice at once."
                : $"Upload {upload.Id} of '{upload.Dataset}' was closed meanwhile.");
        }

        upload.ActiveAt = time.GetUtcNow();
        db.UploadObjects.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    private async Task<SampleRow> SealAsync(
        UploadRow upload, int ordinal, string key, DatasetHashes hashes, IntakeOutcome.Accepted accepted, CancellationToken cancellationToken)
    {
        var ids = accepted.Content.Identifiers;

        // Without a patient id nobody else's slices may be taken for this patient's, so the study stands for the patient.
        var patient = hashes.Patient(ids.PatientId is null ? $"study:{ids.StudyUid ?? ids.SeriesUid}" : $"{ids.PatientIdIssuer}:{ids.PatientId}");
        var series = hashes.Series(ids.SeriesUid);
        var npy = NpyCodec.Encode(new(NpyElement.Hounsfield, accepted.Content.Rows, accepted.Content.Columns, accepted.Pixels));
        var file = SampleFile.Write(accepted.Content.Slice.ToSample(patient, series), npy);
        try
        {
            var written = await blobs.WriteAsync(
                BlobNames.Sample(upload.Dataset, key),
                async (stream, token) =>
                {
                    using var plaintext = new MemoryStream(file, writable: false);
                    await WholeFile.SealAsync(plaintext, stream, [gatewayKeys.Storage.PublicKey], token);
                },
                cancellationToken);
            return new()
            {
                Dataset = upload.Dataset,
                Key = key,
                Upload = upload.Id,
                Ordinal = ordinal,
                SopHash = hashes.MatchOrNull("sop", ids.SopInstanceUid),
                SeriesHash = hashes.Match("series", ids.SeriesUid),
                StudyHash = hashes.MatchOrNull("study", ids.StudyUid),
                AccessionHash = hashes.MatchOrNull("accession", ids.Accession),
                PatientHash = hashes.MatchOrNull("patient", ids.PatientId),
                Patient = patient,
                Series = series,
                PlaintextBytes = file.Length,
                Ciphertext = written.Digest.ToString(),
                CiphertextBytes = written.Bytes,
                StoredAt = time.GetUtcNow(),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(accepted.Pixels);
            CryptographicOperations.ZeroMemory(npy);
            CryptographicOperations.ZeroMemory(file);
        }
    }
}
