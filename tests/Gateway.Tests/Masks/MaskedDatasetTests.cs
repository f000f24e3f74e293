using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Tests.Hosting;

namespace Scanlock.Gateway.Tests.Masks;

public sealed class MaskedDatasetTests
{
    private static readonly Phantom s_first = Phantom.Of(1, 1);

    [Fact]
    public async Task A_mask_sent_before_its_slices_is_sealed_beside_them_and_its_series_other_slices_show_nothing()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var token = await hospital.CreateTokenAsync();
        await hospital.StowAsync(token, Marking(("1.2.826.0.1.3680043.8.498.1.1.1", StructureSet.Around(1, 2, 4))));
        await hospital.StopGatewayAsync();
        await hospital.StartGatewayAsync();
        var files = await SealAsync(hospital, patients: 2);

        Assert.Equal([0, 9], Marked(files));
        Assert.Equal(2, files.Keys.Count(name => name.EndsWith(".mask.npy", StringComparison.Ordinal)));
        var mask = NpyCodec.Decode(files.Single(file => file.Key.EndsWith(".mask.npy", StringComparison.Ordinal) && Marks(file.Value) > 0).Value);
        Assert.Equal((NpyElement.Mask, 32, 32), (mask.Element, mask.Rows, mask.Columns));
        Assert.Equal([1, 1, 1], mask.Data.Slice((2 * 32) + 2, 3).ToArray());
    }

    [Fact]
    public async Task A_contour_that_names_no_image_is_of_the_slice_it_lies_in()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        await hospital.StowAsync(await hospital.CreateTokenAsync(), Marking((null, StructureSet.Around(2, 5, 6)), (null, StructureSet.Around(40, 5, 6))));

        Assert.Equal([0, 4], Marked(await SealAsync(hospital, patients: 2)));
    }

    [Fact]
    public async Task Masks_that_go_with_no_slice_are_shown_before_the_sealing()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        await hospital.StowAsync(await hospital.CreateTokenAsync(), Marking((s_first.Sop, StructureSet.Around(1, 2, 4)), (null, StructureSet.Around(40, 5, 6))));
        var before = await UnmatchedAsync(hospital);
        await hospital.UploadAsync([s_first.ToDicom()]);
        var after = await UnmatchedAsync(hospital);

        Assert.Equal((2, 1), (before.Count, after.Count));
        Assert.Equal((QualitySeverity.Warning, null, null), (after.Severity, after.Series, after.Patient));
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        var mask = await db.Masks.FirstAsync();
        Assert.Equal([new SliceAddress(mask.Upload, mask.Ordinal, 0)], after.Slices);
    }

    private static async Task<QualityFinding> UnmatchedAsync(Hospital hospital) => Assert.Single(
        (await hospital.GetAsync(Routes.Fill(GatewayRoutes.Quality, Hospital.Dataset), hospital.Steward)).As(ContractsJson.Strict.QualityReport).Findings,
        finding => finding.Code == QualityCode.UnmatchedMasks);

    [Fact]
    public async Task A_new_mask_makes_new_shards_of_its_series_only()
    {
        await using var hospital = await Hospital.StartAsync(shardBytes: 4 << 10);
        await hospital.CreateAsync();
        await SealAsync(hospital, patients: 3);
        await hospital.StowAsync(await hospital.CreateTokenAsync(), Marking((s_first.Sop, StructureSet.Around(1, 2, 4))));
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        var (before, after) = (await hospital.ReadManifestAsync(1), await hospital.ReadManifestAsync(2));

        Assert.Equal(6, before.Shards.Count);
        Assert.Equal(4, before.Shards.Intersect(after.Shards).Count());
        Assert.Equal([0, 9], Marked(await hospital.ReadSealedAsync(2)));
        Assert.Empty(Marked(await hospital.ReadSealedAsync(1)));
    }

    [Fact]
    public async Task Only_regions_the_sender_names_count_and_the_name_is_nowhere()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var token = await hospital.CreateTokenAsync();
        var who = new AuthenticationHeaderValue("Bearer", token.Secret);
        var other = new StructureSet("Wrenfell tumour", s_first.Series, (s_first.Sop, StructureSet.Around(1, 2, 4))).ToDicom();
        var refused = await hospital.StowAsync(who, Pacs.Studies(Hospital.Dataset) + "?roi=GTV-1", Pacs.Multipart(other));
        Assert.True(refused.Status == System.Net.HttpStatusCode.Conflict, refused.Text);
        var taken = await hospital.StowAsync(who, Pacs.Studies(Hospital.Dataset) + "?roi=GTV-1&roi=wrenfell%20tumour", Pacs.Multipart(other));
        Assert.Equal(System.Net.HttpStatusCode.OK, taken.Status);
        var again = await hospital.StowAsync(who, Pacs.Studies(Hospital.Dataset) + "?roi=WRENFELL%20TUMOUR&roi=gtv-1", Pacs.Multipart(other));
        Assert.Equal(System.Net.HttpStatusCode.OK, again.Status);
        Assert.Equal(1, await CountAsync(hospital));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await hospital.StowAsync(who, Pacs.Studies(Hospital.Dataset) + "?volume=x", Pacs.Multipart(other))).Status);

        await hospital.StopGatewayAsync();
        foreach (var file in Directory.EnumerateFiles(hospital.State, "*", SearchOption.AllDirectories))
        {
            Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf("renfell"u8) < 0, file);
        }

        await hospital.StartGatewayAsync();
    }

    [Fact]
    public async Task Another_region_of_the_same_structure_set_is_taken_too_and_the_same_one_is_a_duplicate()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var who = new AuthenticationHeaderValue("Bearer", (await hospital.CreateTokenAsync()).Secret);
        var both = new StructureSet("GTV-1", s_first.Series, (s_first.Sop, StructureSet.Around(1, 2, 4))) { Other = ("Heart", Phantom.Of(1, 2).Sop, StructureSet.Around(2, 5, 6)) }.ToDicom();
        foreach (var region in new[] { "GTV-1", "heart", "gtv-1" })
        {
            Assert.Equal(System.Net.HttpStatusCode.OK, (await hospital.StowAsync(who, $"{Pacs.Studies(Hospital.Dataset)}?roi={region}", Pacs.Multipart(both))).Status);
        }

        Assert.Equal(2, await CountAsync(hospital));
        Assert.Equal([4, 9], Marked(await SealAsync(hospital, patients: 2)));
    }

    [Fact]
    public async Task Dropping_a_token_takes_its_masks_along_and_so_does_a_withdrawal()
    {
        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var (kept, dropped) = (await hospital.CreateTokenAsync(), await hospital.CreateTokenAsync());
        await hospital.StowAsync(kept, Marking((s_first.Sop, StructureSet.Around(1, 2, 4))));
        await hospital.StowAsync(dropped, Marking((Phantom.Of(1, 2).Sop, StructureSet.Around(2, 2, 4))));
        Assert.Equal((2, 2), (await CountAsync(hospital), Blobs(hospital)));
        (await hospital.DropAsync(dropped)).As(ContractsJson.Strict.DroppedUploads);
        Assert.Equal((1, 1), (await CountAsync(hospital), Blobs(hospital)));
        (await hospital.WithdrawAsync()).As(ContractsJson.Strict.DatasetEntry);
        Assert.Equal((0, 0), (await CountAsync(hospital), Blobs(hospital)));
    }

    private static byte[] Marking(params (string? Sop, double[] Points)[] contours) => new StructureSet("GTV-1", s_first.Series, contours).ToDicom();

    private static async Task<Dictionary<string, byte[]>> SealAsync(Hospital hospital, int patients)
    {
        var phantoms = StewardWork.Phantoms(patients);
        await hospital.UploadAsync(phantoms.Select(phantom => phantom.ToDicom()));
        (await hospital.LabelAsync("patient", StewardWork.LabelsOf(phantoms))).As(ContractsJson.Strict.LabelReport);
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        return await hospital.ReadSealedAsync(1);
    }

    /// <summary>How many pixels each mask marks, in order; each lies beside its image.</summary>
    private static List<int> Marked(Dictionary<string, byte[]> files)
    {
        var masks = files.Where(file => file.Key.EndsWith(".mask.npy", StringComparison.Ordinal)).ToList();
        Assert.All(masks, mask => Assert.Contains(mask.Key.Replace(".mask.npy", ".npy", StringComparison.Ordinal), files.Keys));
        return [.. masks.Select(mask => Marks(mask.Value)).Order()];
    }

    private static int Marks(byte[] npy) => NpyCodec.Decode(npy).Data.ToArray().Sum(pixel => pixel);

    private static async Task<int> CountAsync(Hospital hospital)
    {
        await using var db = await hospital.Services.GetRequiredService<IDbContextFactory<GatewayDb>>().CreateDbContextAsync();
        return await db.Masks.CountAsync();
    }

    private static int Blobs(Hospital hospital)
    {
        var folder = Path.Combine(hospital.State, "blobs", "samples", Hospital.Dataset);
        return Directory.Exists(folder) ? Directory.GetFiles(folder).Length : 0;
    }
}
