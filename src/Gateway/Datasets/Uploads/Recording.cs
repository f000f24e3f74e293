using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>Writes what became of one object, in one transaction: its outcome, and what was received of it.</summary>
internal sealed class Recording(GatewayDb db, UploadRow upload, int ordinal, DateTimeOffset now)
{
    private const int ConstraintViolated = 19;

    private string? sentAgain;

    /// <summary>Whether what was received is visible now, or may be: a commit that failed can have been one, and the next start's sweep tells.</summary>
    public bool HasStored { get; private set; }

    public static ObjectOutcome OutcomeOf(UploadObjectRow row) => new(row.Ordinal, row.Outcome, row.Code, row.Code is null ? null : SentenceOf(row));

    public Task<Outcome<ObjectOutcome>> RefuseAsync(IntakeRefusal refusal, CancellationToken cancellationToken) =>
        SaveAsync(UploadOutcomes.Refused, refusal.CodeName, isKept: false, cancellationToken);

    /// <summary>Makes the object's samples visible, or keeps them apart; an object that is held already is not taken twice.</summary>
    public async Task<Outcome<ObjectOutcome>> StoreAsync(
        Sha256Digest bytes, DatasetHashes hashes, Reception reception, AskedMasks asked, QuarantineReason? quarantine, CancellationToken cancellationToken)
    {
        var key = reception.Masks.Count > 0 ? asked.KeyOf(bytes, hashes) : hashes.ObjectKey(bytes);
        if (await HeldAsync(key, cancellationToken) is { } held)
        {
            return held;
        }

        reception.Know(bytes);
        db.Samples.AddRange(reception.Samples.Select(sample => RowOf(sample, key, hashes.Sample(bytes, sample.Frame), hashes, reception, quarantine is not null)));
        db.Masks.AddRange(reception.Masks.Select(mask => RowOf(mask, key, asked.Volume is { } volume ? hashes.ObjectKey(volume) : null)));
        if (reception.Rendition is { } rendition)
        {
            db.Renditions.Add(new()
            {
                Dataset = upload.Dataset,
                ObjectKey = key,
                Blob = rendition.Blob,
                PlaintextBytes = rendition.PlaintextBytes,
                Ciphertext = rendition.Written.Digest.ToString(),
                CiphertextBytes = rendition.Written.Bytes,
            });
        }

        if (quarantine is not null)
        {
            db.Quarantine.Add(new()
            {
                Dataset = upload.Dataset,
                ObjectKey = key,
                Upload = upload.Id,
                Ordinal = ordinal,
                Code = quarantine.CodeName,
                Samples = reception.Samples.Count,
                At = now,
            });
        }

        try
        {
            return await SaveAsync(
                quarantine is null ? UploadOutcomes.Stored : UploadOutcomes.Quarantined, quarantine?.CodeName, isKept: true, cancellationToken);
        }
        catch (DbUpdateException exception) when (exception.InnerException is SqliteException { SqliteErrorCode: ConstraintViolated })
        {
            // The same object came twice at once, and the other was first.
            db.ChangeTracker.Clear();
            return await HeldAsync(key, cancellationToken) ?? throw new InvalidOperationException("An object collides with none.", exception);
        }
    }

    private static string SentenceOf(UploadObjectRow row) => row.Outcome == UploadOutcomes.Quarantined
        ? QuarantineReason.Of(JsonSerializer.Deserialize($"\"{row.Code}\"", ContractsJson.Strict.QuarantineCode)).Sentence
        : IntakeRefusal.Of(JsonSerializer.Deserialize($"\"{row.Code}\"", ContractsJson.Strict.RefusalCode)).Sentence;

    /// <summary>The outcome for an object that the dataset holds already, or null. One that a steward deleted may come again.</summary>
    private async Task<Outcome<ObjectOutcome>?> HeldAsync(string key, CancellationToken cancellationToken)
    {
        sentAgain = null;
        var kept = await db.Quarantine.AsNoTracking().SingleOrDefaultAsync(row => row.Dataset == upload.Dataset && row.ObjectKey == key, cancellationToken);
        if (kept is { Decision: null })
        {
            return await SaveAsync(UploadOutcomes.Quarantined, kept.Code, isKept: false, cancellationToken);
        }

        if (await db.Samples.AnyAsync(sample => sample.Dataset == upload.Dataset && sample.ObjectKey == key, cancellationToken)
            || await db.Masks.AnyAsync(mask => mask.Dataset == upload.Dataset && mask.ObjectKey == key, cancellationToken))
        {
            return await SaveAsync(UploadOutcomes.Duplicate, null, isKept: false, cancellationToken);
        }

        sentAgain = kept is null ? null : key;
        return null;
    }

    /// <summary>Saves what was added, unless the session was closed or the dataset withdrawn meanwhile: a closed session's counts stay true.</summary>
    private async Task<Outcome<ObjectOutcome>> SaveAsync(string outcome, string? code, bool isKept, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var open = await db.Uploads.AnyAsync(session => session.Id == upload.Id && session.ClosedAt == null, cancellationToken)
            && await db.Datasets.AnyAsync(dataset => dataset.Name == upload.Dataset && dataset.State != DatasetStates.Withdrawn, cancellationToken);
        if (!open)
        {
            return new Refusal.Conflict($"Upload {upload.Id} of '{upload.Dataset}' was closed meanwhile.");
        }

        if (sentAgain is not null)
        {
            await db.Quarantine.Where(decided => decided.Dataset == upload.Dataset && decided.ObjectKey == sentAgain && decided.Decision != null)
                .ExecuteDeleteAsync(cancellationToken);
        }

        var row = new UploadObjectRow { Upload = upload.Id, Ordinal = ordinal, Outcome = outcome, Code = code };
        db.UploadObjects.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        await db.Uploads.Where(session => session.Id == upload.Id).ExecuteUpdateAsync(session => session.SetProperty(active => active.ActiveAt, now), cancellationToken);
        HasStored = isKept;
        await transaction.CommitAsync(CancellationToken.None);
        return OutcomeOf(row);
    }

    private MaskRow RowOf(ReceivedMask mask, string objectKey, string? volume) => new()
    {
        Dataset = upload.Dataset,
        ObjectKey = objectKey,
        Number = mask.Number,
        Upload = upload.Id,
        Ordinal = ordinal,
        Blob = mask.Blob,
        SopHash = mask.SopHash,
        Frame = mask.Frame,
        SeriesHash = mask.SeriesHash,
        Volume = volume,
        Facts = Json.Of(mask.Facts),
        PlaintextBytes = mask.PlaintextBytes,
        Ciphertext = mask.Written.Digest.ToString(),
        CiphertextBytes = mask.Written.Bytes,
        StoredAt = now,
    };

    private SampleRow RowOf(ReceivedSample sample, string objectKey, string key, DatasetHashes hashes, Reception reception, bool quarantined)
    {
        var head = reception.Head!;
        return new()
        {
            Dataset = upload.Dataset,
            Key = key,
            ObjectKey = objectKey,
            Frame = sample.Frame,
            Blob = sample.Blob,
            Quarantined = quarantined,
            Upload = upload.Id,
            Ordinal = ordinal,
            SopHash = hashes.MatchOrNull("sop", head.SopInstanceUid),
            SeriesHash = hashes.Match("series", reception.SeriesUid!),
            StudyHash = hashes.MatchOrNull("study", head.StudyUid),
            AccessionHash = hashes.MatchOrNull("accession", head.Accession),
            PatientHash = hashes.MatchOrNull("patient", head.PatientId),
            Patient = reception.Patient,
            Series = reception.Series,
            Pixels = sample.Pixels,
            Facts = Json.Of(sample.Facts),
            PlaintextBytes = sample.PlaintextBytes,
            Ciphertext = sample.Written.Digest.ToString(),
            CiphertextBytes = sample.Written.Bytes,
            StoredAt = now,
        };
    }
}
