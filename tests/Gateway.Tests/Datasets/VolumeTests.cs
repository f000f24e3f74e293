using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Datasets;

public sealed class VolumeTests
{
    [Fact]
    public async Task A_version_of_more_samples_than_are_read_or_written_at_once_holds_each_of_them_once()
    {
        const int Slices = (2 * RowBatches.Size) + 100;
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var volume = Volume.ToNifti(Slices);
        Assert.Equal(1, (await hospital.UploadAsync([volume])).Stored);
        await LabelAsync(hospital, volume, "1", patient: null);
        Assert.Equal(Slices, (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion).Samples);
        await LabelAsync(hospital, volume, "0", patient: "somebody");
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        var (first, second) = (await RecordsAsync(hospital, 1), await RecordsAsync(hospital, 2));

        Assert.Equal(Slices, first.Select(record => record.SliceIndex).Distinct().Count());
        Assert.Equal(Slices, second.Select(record => record.SliceIndex).Distinct().Count());
        Assert.Single(first.Select(record => record.Patient).Distinct());
        Assert.NotEqual(first[0].Patient, Assert.Single(second.Select(record => record.Patient).Distinct()));
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        Assert.Equal(Slices, await db.SampleLabels.CountAsync(label => label.Value == "0"));
        Assert.Equal(2 * Slices, await db.ShardSamples.CountAsync());
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task A_sealing_whose_rows_cannot_all_be_written_leaves_no_version_and_is_abandoned_on_record()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var volume = Volume.ToNifti(3);
        await hospital.UploadAsync([volume]);
        await LabelAsync(hospital, volume, "1", patient: null);
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        var sample = await db.Samples.AsNoTracking().OrderBy(row => row.Key).LastAsync();

        // One shard was before this one, so the next is the second, and in that the last sample lies already.
        var inTheWay = new ShardSampleRow { Dataset = sample.Dataset, Part = "shard-00001", Sample = sample.Key, Patient = sample.Patient };
        db.ShardSamples.Add(inTheWay);
        await db.SaveChangesAsync();
        Assert.Equal(HttpStatusCode.InternalServerError, (await hospital.SealAsync()).Status);
        Assert.Equal((0, 1), (await db.Versions.CountAsync(), await db.ShardSamples.CountAsync()));
        var log = await hospital.LogAsync();
        Assert.Equal(log.Single(entry => entry.Act == Acts.DatasetSeal).Id, log.Single(entry => entry.Act == Acts.EntryAbandoned).Subjects["entry"]);

        db.ShardSamples.Remove(inTheWay);
        await db.SaveChangesAsync();
        Assert.Equal(1, (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion).Version);
        Assert.Equal(3, (await RecordsAsync(hospital, 1)).Count);
    }

    [Fact]
    public async Task A_volume_is_of_the_same_patient_and_series_whenever_it_is_sent()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var (volume, other) = (Volume.ToNifti(3), Volume.ToNifti(4));
        var (kept, dropped) = (await hospital.CreateTokenAsync(), await hospital.CreateTokenAsync());
        await hospital.StowAsync(kept, other);
        await hospital.StowAsync(dropped, volume);
        var first = await SamplesAsync(hospital);
        (await hospital.DropAsync(dropped)).As(ContractsJson.Strict.DroppedUploads);
        await hospital.StowAsync(kept, volume);

        Assert.Equal(2, first.Distinct().Count());
        Assert.Equal(first.Order(), (await SamplesAsync(hospital)).Order());
        await LabelAsync(hospital, volume, "1", patient: null);
        (await hospital.SealAsync(leaveOutUnlabelled: true)).As(ContractsJson.Strict.SealedVersion);
        var record = Assert.Single((await RecordsAsync(hospital, 1)).Select(record => (record.Patient, record.Series)).Distinct());
        Assert.Contains(record, first);
    }

    private static async Task LabelAsync(Hospital hospital, byte[] volume, string value, string? patient) =>
        (await hospital.LabelAsync("file", [new LabelAssignment(Sha256Digest.Of(volume).ToString(), value, patient)])).As(ContractsJson.Strict.LabelReport);

    private static async Task<List<(string Patient, string Series)>> SamplesAsync(Hospital hospital)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        return (await db.Samples.ToListAsync()).ConvertAll(sample => (sample.Patient, sample.Series));
    }

    private static async Task<List<SampleRecord>> RecordsAsync(Hospital hospital, int version) =>
        [.. (await hospital.ReadSealedAsync(version)).Where(file => file.Key.EndsWith(".json", StringComparison.Ordinal)).Select(file => Wire.Read(file.Value, ContractsJson.Strict.SampleRecord))];
}
