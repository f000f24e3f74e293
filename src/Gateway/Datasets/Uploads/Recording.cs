using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Datasets.Archive;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>What is to be written of one object: its outcome, and what was received of it. <see cref="Recorder"/> writes it.</summary>
internal sealed class Recording
{
    private Recording(OpenUpload upload, int ordinal, string outcome, string? code, DateTimeOffset now) =>
        (Upload, Ordinal, Outcome, Code, Now) = (upload, ordinal, outcome, code, now);

    public OpenUpload Upload { get; }

    public int Ordinal { get; }

    /// <summary>One of <see cref="UploadOutcomes"/>, unless the dataset holds the object already.</summary>
    public string Outcome { get; }

    public string? Code { get; }

    public DateTimeOffset Now { get; }

    /// <summary>What the object is known by; null where it is refused, and nothing of it is kept.</summary>
    public string? Key { get; private init; }

    public IReadOnlyList<SampleRow> Samples { get; private init; } = [];

    public IReadOnlyList<MaskRow> Masks { get; private init; } = [];

    public RenditionRow? Rendition { get; private init; }

    public QuarantineRow? Quarantine { get; private init; }

    /// <summary>Whether what was received is visible now, or may be: a commit that failed can have been one, and the next start's sweep tells.</summary>
    public bool HasStored { get; set; }

    public static Recording Refused(OpenUpload upload, int ordinal, IntakeRefusal refusal, DateTimeOffset now) =>
        new(upload, ordinal, UploadOutcomes.Refused, refusal.CodeName, now);

    /// <summary>The object's samples are to be visible, or kept apart.</summary>
    public static Recording Stored(
        OpenUpload upload, int ordinal, Sha256Digest bytes, DatasetHashes hashes, Reception reception, AskedMasks asked, QuarantineReason? quarantine, DateTimeOffset now)
    {
        reception.Know(bytes);
        var key = reception.Masks.Count > 0 ? asked.KeyOf(bytes, hashes) : hashes.ObjectKey(bytes);
        var rows = new RecordedRows(upload, ordinal, key, now);
        return new(upload, ordinal, quarantine is null ? UploadOutcomes.Stored : UploadOutcomes.Quarantined, quarantine?.CodeName, now)
        {
            Key = key,
            Samples = rows.Of(reception, bytes, hashes, quarantine is not null),
            Masks = [.. reception.Masks.Select(mask => rows.Of(mask, asked.Volume is { } volume ? hashes.ObjectKey(volume) : null))],
            Rendition = reception.Rendition is { } rendition ? rows.Of(rendition) : null,
            Quarantine = quarantine is null ? null : rows.Of(quarantine, reception.Samples.Count),
        };
    }

    /// <summary>What its sender is told.</summary>
    public static ObjectOutcome OutcomeOf(UploadObjectRow row) => new(row.Ordinal, row.Outcome, row.Code, row.Code is null ? null : SentenceOf(row));

    private static string SentenceOf(UploadObjectRow row) => row.Outcome == UploadOutcomes.Quarantined
        ? QuarantineReason.Of(JsonSerializer.Deserialize($"\"{row.Code}\"", ContractsJson.Strict.QuarantineCode)).Sentence
        : IntakeRefusal.Of(JsonSerializer.Deserialize($"\"{row.Code}\"", ContractsJson.Strict.RefusalCode)).Sentence;
}

/// <summary>The rows of one object.</summary>
internal sealed class RecordedRows(OpenUpload upload, int ordinal, string objectKey, DateTimeOffset now)
{
    public QuarantineRow Of(QuarantineReason reason, int samples) => new()
    {
        Dataset = upload.Dataset,
        ObjectKey = objectKey,
        Upload = upload.Id,
        Ordinal = ordinal,
        Code = reason.CodeName,
        Samples = samples,
        At = now,
    };

    public RenditionRow Of(ReceivedRendition rendition) => new()
    {
        Dataset = upload.Dataset,
        ObjectKey = objectKey,
        Blob = rendition.Blob,
        PlaintextBytes = rendition.PlaintextBytes,
        Ciphertext = rendition.Written.Digest.ToString(),
        CiphertextBytes = rendition.Written.Bytes,
    };

    public MaskRow Of(ReceivedMask mask, string? volume) => new()
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

    public IReadOnlyList<SampleRow> Of(Reception reception, Sha256Digest bytes, DatasetHashes hashes, bool isQuarantined)
    {
        if (reception is not { Samples.Count: > 0, Head: { } head, SeriesUid: { } series })
        {
            return [];
        }

        // The same for all samples of the object.
        var (sop, seriesHash, study) = (hashes.MatchOrNull("sop", head.SopInstanceUid), hashes.Match("series", series), hashes.MatchOrNull("study", head.StudyUid));
        var (accession, patient) = (hashes.MatchOrNull("accession", head.Accession), hashes.MatchOrNull("patient", head.PatientId));
        return [.. reception.Samples.Select(sample => new SampleRow
        {
            Dataset = upload.Dataset,
            Key = hashes.Sample(bytes, sample.Frame),
            ObjectKey = objectKey,
            Frame = sample.Frame,
            Blob = sample.Blob,
            Quarantined = isQuarantined,
            Upload = upload.Id,
            Ordinal = ordinal,
            SopHash = sop,
            SeriesHash = seriesHash,
            StudyHash = study,
            AccessionHash = accession,
            PatientHash = patient,
            Patient = reception.Patient,
            Series = reception.Series,
            Pixels = sample.Pixels,
            Facts = Json.Of(sample.Facts),
            PlaintextBytes = sample.PlaintextBytes,
            Ciphertext = sample.Written.Digest.ToString(),
            CiphertextBytes = sample.Written.Bytes,
            StoredAt = now,
        })];
    }
}
