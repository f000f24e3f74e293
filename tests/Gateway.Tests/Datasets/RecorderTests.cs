using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Datasets.Masks;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Datasets;

/// <summary>Objects that end together are written together, and each as if it were alone.</summary>
public sealed class RecorderTests(PacsFixture pacs) : IClassFixture<PacsFixture>
{
    private readonly Hospital hospital = pacs.Hospital;

    [Fact]
    [Trait("promise", "P9")]
    public async Task Each_of_those_that_end_together_has_its_own_outcome_and_the_same_object_is_stored_once()
    {
        var (recorder, upload) = await OpenAsync();
        var recordings = Enumerable.Range(0, 24).Select(ordinal => Stored(upload, ordinal, content: ordinal / 2)).ToList();
        var outcomes = await TogetherAsync(recorder, recordings);
        Assert.Equal(Enumerable.Range(0, 24), outcomes.Select(outcome => outcome.Value!.Ordinal));
        Assert.Equal(12, outcomes.Count(outcome => outcome.Value!.Outcome == UploadOutcomes.Stored));
        Assert.Equal(12, outcomes.Count(outcome => outcome.Value!.Outcome == UploadOutcomes.Duplicate));
        Assert.All(recordings.Zip(outcomes), pair => Assert.Equal(pair.Second.Value!.Outcome == UploadOutcomes.Stored, pair.First.HasStored));
        Assert.Equal((12, 24), await CountAsync(upload));
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task One_that_cannot_be_written_leaves_nothing_and_hinders_no_other()
    {
        var (recorder, upload) = await OpenAsync();

        // An ordinal that is taken already cannot be written a second time.
        var recordings = Enumerable.Range(0, 8).Select(i => Stored(upload, i == 5 ? 4 : i, content: i)).ToList();
        await Assert.ThrowsAsync<DbUpdateException>(() => TogetherAsync(recorder, recordings));
        Assert.Equal((7, 7), await CountAsync(upload));
        Assert.Equal(7, recordings.Count(recording => recording.HasStored));
    }

    [Fact]
    [Trait("promise", "P7")]
    public async Task Nothing_is_written_into_a_session_that_was_closed_meanwhile()
    {
        var (recorder, upload) = await OpenAsync();
        var recording = Stored(upload, 0, content: 0);
        await hospital.CloseUploadAsync(upload.Id, upload.Dataset);
        Assert.IsType<Refusal.Conflict>((await recorder.RecordAsync(recording, CancellationToken.None)).Refusal);
        Assert.False(recording.HasStored);
        Assert.Equal((0, 0), await CountAsync(upload));
    }

    private async Task<(Recorder Recorder, OpenUpload Upload)> OpenAsync()
    {
        var dataset = (await pacs.NewDatasetAsync()).Token.Dataset;
        var upload = await hospital.OpenUploadAsync(dataset);
        return (hospital.Services.GetRequiredService<Recorder>(), hospital.Services.GetRequiredService<UploadReads>().Upload(upload)!);
    }

    /// <summary>Records all while somebody else writes to the database, so that most of them wait for one transaction.</summary>
    private async Task<IReadOnlyList<Outcome<Scanlock.Contracts.Gateway.ObjectOutcome>>> TogetherAsync(Recorder recorder, List<Recording> recordings)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        await using var other = new SqliteConnection(db.Database.GetConnectionString());
        await other.OpenAsync();
        await using var writing = other.BeginTransaction(deferred: false);
        var recorded = recordings.Select(recording => Task.Run(() => recorder.RecordAsync(recording, CancellationToken.None))).ToList();
        await Task.WhenAny(recorded.Append(Task.Delay(200)));
        await writing.RollbackAsync();
        await ((Task)Task.WhenAll(recorded)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await Task.WhenAll(recorded);
    }

    private Recording Stored(OpenUpload upload, int ordinal, int content)
    {
        var hashes = hospital.Services.GetRequiredService<DatasetKeys>().Open(upload.Dataset);
        var bytes = Sha256Digest.Of(BitConverter.GetBytes(content));
        var reception = new Reception(upload.Dataset, hospital.Services.GetRequiredService<IBlobStore>(), hospital.Services.GetRequiredService<GatewayKeys>().Storage, hashes);
        reception.HeadAsync(new IntakeHead("1.2", "1.2.3", "1.2.4", "1.2.5", null, "patient", null), CancellationToken.None).Wait();
        var sample = new IntakeSample(0, 1, 1, new SliceFacts(null, null, null, null, []), new SliceMeasure(1, 0, null, 0, 0), 0);
        reception.SampleAsync(sample, new MessageContent(2), CancellationToken.None).Wait();
        return Recording.Stored(upload, ordinal, bytes, hashes, reception, AskedMasks.All, null, hospital.Clock.GetUtcNow());
    }

    private async Task<(int Samples, int Objects)> CountAsync(OpenUpload upload)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        return (await db.Samples.CountAsync(sample => sample.Upload == upload.Id), await db.UploadObjects.CountAsync(row => row.Upload == upload.Id));
    }
}
