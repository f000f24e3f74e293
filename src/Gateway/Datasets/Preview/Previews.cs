using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Preview;

/// <summary>
/// Shows a dataset's steward one sample as it would leave. That they look at it is in the log before it is opened; it is opened in memory only,
/// and wiped. What is quarantined is never shown.
/// </summary>
internal sealed class Previews(IDbContextFactory<GatewayDb> databases, AuditedActs acts, Alterations alterations, StoredSamples stored)
{
    public async Task<Outcome<SamplePreview>> ShowAsync(string dataset, PreviewChoice choice, Person steward, CancellationToken cancellationToken)
    {
        var drawn = await acts.PerformAsync(
            Attempt.At(Acts.SamplePreview, Actors.Of(steward), ("dataset", dataset), ("sample", choice.Sample ?? "any")),
            (db, token) => DrawAsync(db, dataset, choice, steward, token),
            cancellationToken);
        if (drawn.IsRefused)
        {
            return drawn.Refusal;
        }

        try
        {
            return await OpenAsync(dataset, drawn.Value, cancellationToken);
        }
        catch (BlobAlteredException e)
        {
            if (!await IsHeldAsync(drawn.Value.Sample, cancellationToken))
            {
                return new Refusal.Conflict($"The sample {drawn.Value.Sample.Key} of '{dataset}' was taken away meanwhile.");
            }

            await alterations.ReportAsync(e.Part, null, ("dataset", dataset));
            throw;
        }
    }

    private async Task<bool> IsHeldAsync(SampleRow row, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Samples.AnyAsync(sample => sample.Dataset == row.Dataset && sample.Key == row.Key && sample.Blob == row.Blob, cancellationToken);
    }

    private sealed record Drawn(SampleRow Sample, int Candidates, IReadOnlyDictionary<string, string> Labels, GreyWindow Window);

    private static async Task<Decided<Outcome<Drawn>>> DrawAsync(
        GatewayDb db, string dataset, PreviewChoice choice, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return Decided.Nothing<Outcome<Drawn>>(found.Refusal);
        }

        var window = WindowOf(choice);
        if (window.IsRefused)
        {
            return Decided.Nothing<Outcome<Drawn>>(window.Refusal);
        }

        var candidates = db.Samples.AsNoTracking().Where(sample => sample.Dataset == dataset && !sample.Quarantined
            && (choice.Sample == null || sample.Key == choice.Sample)
            && (choice.Patient == null || (sample.LabelledPatient ?? sample.Patient) == choice.Patient));
        var count = await candidates.CountAsync(cancellationToken);
        if (count == 0)
        {
            return Decided.Nothing<Outcome<Drawn>>(await NothingToShowAsync(db, dataset, choice, cancellationToken));
        }

        var sample = await candidates.OrderBy(row => row.Key).Skip(RandomNumberGenerator.GetInt32(count)).FirstAsync(cancellationToken);
        var labels = await db.SampleLabels.Where(label => label.Dataset == dataset && label.Sample == sample.Key).OrderBy(label => label.Name)
            .ToDictionaryAsync(label => label.Name, label => label.Value, StringComparer.Ordinal, cancellationToken);
        var entry = new Entry(Acts.SamplePreview, Actors.Of(steward))
        {
            Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = dataset, ["sample"] = sample.Key },
            PolicyRevision = found.Value.PolicyRevision,
        };
        return Decided.As<Outcome<Drawn>>(new Drawn(sample, count, labels, window.Value), entry);
    }

    private static async Task<Refusal> NothingToShowAsync(GatewayDb db, string dataset, PreviewChoice choice, CancellationToken cancellationToken)
    {
        if (choice.Sample is { } key)
        {
            return await db.Samples.AnyAsync(sample => sample.Dataset == dataset && sample.Key == key && sample.Quarantined, cancellationToken)
                ? new Refusal.Conflict($"The sample {key} of '{dataset}' is quarantined, and what is quarantined is shown to nobody.")
                : new Refusal.Unknown($"The dataset '{dataset}' has no sample '{DatasetLookup.Shown(key)}'{(choice.Patient is null ? "" : " of that patient")}.");
        }

        return choice.Patient is { } patient
            ? new Refusal.Unknown($"The dataset '{dataset}' has no samples of the patient '{DatasetLookup.Shown(patient)}'; give the pseudonym, as the quality report and records do.")
            : new Refusal.Conflict($"The dataset '{dataset}' has no samples yet, so there is nothing to show.");
    }

    private static Outcome<GreyWindow> WindowOf(PreviewChoice choice) => (choice.Width, choice.Level) switch
    {
        (null, null) => GreyWindow.Lung,
        ({ } width, { } level) when width is >= 1 and <= GreyWindow.MaxWidth && Math.Abs(level) <= GreyWindow.MaxLevel => new GreyWindow(width, level),
        _ => new Refusal.Invalid(
            "The sample cannot be shown so.",
            $"width, level: a width of 1 to {GreyWindow.MaxWidth} with a level of {-GreyWindow.MaxLevel} to {GreyWindow.MaxLevel}, or neither"),
    };

    private async Task<SamplePreview> OpenAsync(string dataset, Drawn drawn, CancellationToken cancellationToken)
    {
        var file = await stored.OpenAsync(dataset, StoredSample.Of(drawn.Sample), cancellationToken);
        byte[] grey = [];
        try
        {
            var (record, npy) = SampleFile.Read(file);
            var image = NpyCodec.Decode(npy);
            var (lowest, highest) = RangeOf(image.Data.Span);
            grey = drawn.Window.Apply(image.Data.Span);
            return new(
                dataset, drawn.Sample.Key, drawn.Candidates, record with { Patient = drawn.Sample.EffectivePatient, Series = drawn.Sample.Series }, drawn.Labels,
                image.Rows, image.Columns, lowest, highest, drawn.Window.Width, drawn.Window.Level, GreyPng.Encode(grey, image.Rows, image.Columns));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(file);
            CryptographicOperations.ZeroMemory(grey);
        }
    }

    private static (int Lowest, int Highest) RangeOf(ReadOnlySpan<byte> hounsfield)
    {
        var (lowest, highest) = (short.MaxValue, short.MinValue);
        for (var i = 0; i < hounsfield.Length; i += sizeof(short))
        {
            var value = BinaryPrimitives.ReadInt16LittleEndian(hounsfield[i..]);
            (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
        }

        return (lowest, highest);
    }
}
