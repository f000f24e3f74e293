using System.Buffers;
using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.Envelope;
using Scanlock.Gateway.Datasets.Archive;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.IntakeWorkers;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Takes what a worker finds in one object: each sample is encrypted the moment it comes (P2), and so is the rendition piece by piece, each under
/// a name of its own, and all stays invisible until the object is recorded. What is not recorded in the end is deleted; after a crash, at the next start.
/// </summary>
internal sealed class Reception(string dataset, IBlobStore blobs, PrivateKey storage, DatasetHashes hashes) : IIntakeReceiver
{
    private readonly List<ReceivedSample> samples = [];
    private readonly List<ReceivedMask> masks = [];
    private readonly List<string> names = [];
    private RenditionWriting? writing;
    private string? patient;
    private string? series;

    /// <summary>Whose the object is; null where it was refused before that was known.</summary>
    public IntakeHead? Head { get; private set; }

    /// <summary>The series it is of.</summary>
    public string? SeriesUid { get; private set; }

    /// <summary>The pseudonym of its patient.</summary>
    public string Patient => patient ?? throw new InvalidOperationException("An object with samples has a head.");

    public string Series => series ?? throw new InvalidOperationException("An object with samples has a head.");

    public IReadOnlyList<ReceivedSample> Samples => samples;

    /// <summary>The rendition, where one was asked for and <see cref="EndAsync"/> was called.</summary>
    public ReceivedRendition? Rendition { get; private set; }

    public IReadOnlyList<ReceivedMask> Masks => masks;

    public Task HeadAsync(IntakeHead head, CancellationToken cancellationToken)
    {
        Head = head;

        // A volume does not say whose it is, and what it is known by is only known at its end.
        Name(head, head == IntakeHead.OfVolume ? $"volume:{Guid.NewGuid()}" : head.SeriesUid);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Says what object it was, now that all of it was read. A volume is a series and a patient of its own, until labels say more, and the same
    /// whenever it is sent.
    /// </summary>
    public void Know(Sha256Digest bytes)
    {
        if (Head == IntakeHead.OfVolume)
        {
            Name(Head, $"volume:{bytes.Hex}");
        }
    }

    private void Name(IntakeHead head, string? uid)
    {
        SeriesUid = uid;
        if (uid is not null)
        {
            // Without a patient id nobody else's slices may be taken for this patient's, so the study stands for the patient.
            patient = hashes.Patient(head.PatientId is null ? $"study:{head.StudyUid ?? uid}" : $"{head.PatientIdIssuer}:{head.PatientId}");
            series = hashes.Series(uid);
        }
    }

    public async Task SampleAsync(IntakeSample sample, MessageContent pixels, CancellationToken cancellationToken)
    {
        var hash = hashes.Match("pixels", Sha256Digest.Of(pixels.Bytes.Span).Hex);
        var file = pixels.After(SampleFile.Start(sample.Slice.ToSample(Patient, Series), sample.Rows, sample.Columns));
        var (name, written) = await WriteAsync(file, cancellationToken);
        samples.Add(new(sample.Frame, name, hash, new(sample.Rows, sample.Columns, sample.Slice, sample.Measure), file.Length, written));
    }

    public async Task MaskAsync(IntakeMask mask, MessageContent content, CancellationToken cancellationToken)
    {
        var (name, written) = await WriteAsync(content.Bytes, cancellationToken);
        masks.Add(new(
            mask.Number, name, hashes.MatchOrNull("sop", mask.SopInstanceUid), mask.Frame, hashes.MatchOrNull("series", mask.SeriesUid), mask.Facts, content.Length, written));
    }

    public Task RenditionAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (writing is null)
        {
            writing = RenditionWriting.Start(dataset, blobs, storage.PublicKey, cancellationToken);
            names.Add(BlobNames.Rendition(dataset, writing.Blob));
        }

        return writing.AddAsync(bytes, cancellationToken);
    }

    /// <summary>All has come; the object was not refused.</summary>
    public async Task EndAsync()
    {
        if (writing is not null)
        {
            Rendition = await writing.EndAsync();
        }
    }

    /// <summary>Deletes what was received; what the store would not delete is left to the next start.</summary>
    /// <returns>Why the store would not, for each such ciphertext.</returns>
    public async Task<IReadOnlyList<Exception>> DiscardAsync()
    {
        if (writing is not null && Rendition is null)
        {
            await writing.AbandonAsync();
        }

        var left = new List<Exception>();
        foreach (var name in names)
        {
            try
            {
                await blobs.DeleteAsync(name, CancellationToken.None);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                left.Add(e);
            }
        }

        samples.Clear();
        masks.Clear();
        return left;
    }

    private async Task<(string Name, BlobWritten Written)> WriteAsync(ReadOnlyMemory<byte> file, CancellationToken cancellationToken)
    {
        var name = Guid.NewGuid().ToString("N");

        // Noted first: a writing that fails or is cancelled may be done all the same.
        names.Add(BlobNames.Sample(dataset, name));
        var length = WholeFile.SealedBytes(file.Length, recipients: 1);
        var ciphertext = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            WholeFile.Seal(file.Span, [storage.PublicKey], ciphertext.AsSpan(0, length));
            return (name, await blobs.WriteAsync(BlobNames.Sample(dataset, name), ciphertext.AsMemory(0, length), cancellationToken));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(ciphertext);
        }
    }
}

/// <summary>A sample in the blob store that is not recorded yet.</summary>
/// <param name="Pixels">Keyed hash of its pixels.</param>
internal sealed record ReceivedSample(int Frame, string Blob, string Pixels, SampleFacts Facts, long PlaintextBytes, BlobWritten Written);

/// <summary>A mask in the blob store that is not recorded yet; what it is of, hashed.</summary>
internal sealed record ReceivedMask(int Number, string Blob, string? SopHash, int? Frame, string? SeriesHash, MaskFacts Facts, long PlaintextBytes, BlobWritten Written);
