using System.Formats.Tar;
using System.Runtime.InteropServices;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;
using Scanlock.HpcAgent.Tests.Hub;

namespace Scanlock.HpcAgent.Tests;

/// <summary>The trainer of this solution, on libtorch, inside the two sandboxes.</summary>
public sealed class RealTrainerTests
{
    private const int Side = 48;
    private const int Patients = 24;

    [Fact]
    [Trait("promise", "P12")]
    public async Task It_trains_on_slices_it_alone_can_read_and_its_bundle_names_what_made_the_model()
    {
        Assert.SkipWhen(TestSite.WhyNoSandbox is not null, $"needs nested sandboxes: {TestSite.WhyNoSandbox}");
        using var site = new TestSite { MemoryMiB = 4096 };
        using var gateway = await TestGateway.CreateAsync(site, ("shard-00000", await ShardAsync(), Patients), ("labels-1", Labels(), Patients));
        await using var trial = await Trial.SubmitAsync(
            s => s.AddRealTrainer(),
            permit => permit with { Egress = permit.Egress with { MaxBytes = 60_000_000 } },
            job => job with
            {
                Resources = new(2, 3072, 0, 5),
                Spec = TestGateway.Spec("""{"v":1,"label":"covid","network":"resnet18","image_size":32,"epochs":2,"batch":4,"device":"cpu"}"""),
            },
            site,
            gateway);
        var bundle = await trial.FinishesAsync();
        Assert.NotEqual(Sha256Digest.Of([]), bundle.Runtime);

        var metrics = Wire.Read(await trial.ResultBytesAsync("metrics", bundle.Metrics), ContractsJson.Strict.TrialMetrics);
        Assert.Equal((TrialNetworks.Parameters("resnet18"), 7L, 2), (metrics.Parameters, metrics.Seed, metrics.Epochs.Count));
        var model = await trial.ResultBytesAsync("model", bundle.Model);
        Assert.True(model.Length > 4 * metrics.Parameters, "a model in f32 holds four bytes for each parameter");
        Assert.Equal(
            [1, 2],
            (await trial.Agent.PollAsync(trial.Job.Digest)).Progress.Select(p => StatementKinds.Progress.Verify(p, site.AgentKey.Public).Value.Epoch));
    }

    private static async Task<byte[]> ShardAsync()
    {
        using var shard = new MemoryStream();
        await using (var tar = new TarWriter(shard, TarEntryFormat.Ustar, leaveOpen: true))
        {
            for (var patient = 0; patient < Patients; patient++)
            {
                var units = Enumerable.Range(0, Side * Side).Select(i => (short)((patient % 2 == 0 ? -800 : -200) + (i * 37 % 100))).ToArray();
                var npy = NpyCodec.Encode(new(NpyElement.Hounsfield, Side, Side, MemoryMarshal.AsBytes(units.AsSpan()).ToArray()));
                var record = new SampleRecord(Wire.Version, $"p{patient:00}", $"s{patient:00}", 1, null, null, [0.7, 0.7, 5], ["ORIGINAL", "PRIMARY", "AXIAL"]);
                await AddAsync(tar, $"p{patient:00}.npy", npy);
                await AddAsync(tar, $"p{patient:00}.json", Wire.Write(record, ContractsJson.Strict.SampleRecord));
            }
        }

        return shard.ToArray();
    }

    private static Task AddAsync(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntryAsync(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private static byte[] Labels() =>
    [
        .. Enumerable.Range(0, Patients)
            .SelectMany(patient => (byte[])[.. Wire.Write(new LabelRow($"p{patient:00}", "covid", $"{patient % 2}"), ContractsJson.Strict.LabelRow), (byte)'\n']),
    ];
}
