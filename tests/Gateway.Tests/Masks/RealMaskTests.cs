using System.Net;
using System.Net.Http.Headers;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Masks;

/// <summary>One tumour, drawn by hand, sent both ways: DICOM with a structure set, and NIfTI with the mask another program made of that.</summary>
public sealed class RealMaskTests
{
    [Fact]
    public async Task A_structure_set_and_the_NIfTI_mask_of_the_same_tumour_agree_slice_by_slice()
    {
        var data = Repository.SharedData("ct-lung-tumour");
        Assert.SkipWhen(data is null, "there is no real CT here");
        await using var hospital = await Hospital.StartAsync();
        var dicom = await SealAsync(hospital, "dicom", async token =>
        {
            var mask = await File.ReadAllBytesAsync(Directory.GetFiles(Path.Combine(data, "dicom", "mask")).Single());
            var images = Directory.GetFiles(Path.Combine(data, "dicom", "image")).Select(File.ReadAllBytes).ToList();
            Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, [mask, .. images])).Status);
            return images;
        });
        var nifti = await SealAsync(hospital, "nifti", async token =>
        {
            var volume = await File.ReadAllBytesAsync(Path.Combine(data, "nifti", "image", "phantom.nii.gz"));
            Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(token, volume)).Status);
            var path = $"{Pacs.Studies("nifti")}?volume={Uri.EscapeDataString(Sha256Digest.Of(volume).ToString())}";
            var mask = await File.ReadAllBytesAsync(Path.Combine(data, "nifti", "mask", "mask.nii.gz"));
            Assert.Equal(HttpStatusCode.OK, (await hospital.StowAsync(new AuthenticationHeaderValue("Bearer", token.Secret), path, Pacs.Multipart(mask))).Status);
            return [volume];
        });

        Assert.Equal(60, dicom.Count);
        Assert.Equal(dicom.Keys, nifti.Keys);
        var (both, each) = (0, 0);
        foreach (var (place, slice) in dicom)
        {
            var other = nifti[place];
            Assert.All(slice.Record.Position!.Zip(other.Record.Position!, (one, two) => one - two), difference => Assert.InRange(difference, -0.01, 0.01));
            Assert.All(slice.Record.Spacing!.Zip(other.Record.Spacing!, (one, two) => one - two), difference => Assert.InRange(difference, -0.01, 0.01));
            Assert.Equal(slice.Record.Orientation!, other.Record.Orientation!);
            Assert.Equal(slice.Pixels, other.Pixels);
            both += slice.Mask.Zip(other.Mask, (one, two) => one & two).Sum();
            each += slice.Mask.Sum(pixel => pixel) + other.Mask.Sum(pixel => pixel);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Dice {2.0 * both / each:0.0000}, {each} pixels in both");
        Assert.InRange(2.0 * both / each, 0.95, 1);
    }

    private static async Task<SortedDictionary<long, (SampleRecord Record, byte[] Pixels, byte[] Mask)>> SealAsync(
        Hospital hospital, string dataset, Func<CreatedUploadToken, Task<List<byte[]>>> send)
    {
        await hospital.CreateAsync(dataset: dataset);
        var objects = await send(await hospital.CreateTokenAsync(dataset));
        (await hospital.LabelAsync("file", objects.Select(bytes => new LabelAssignment(Sha256Digest.Of(bytes).ToString(), "1", "one")), dataset: dataset))
            .As(ContractsJson.Strict.LabelReport);
        (await hospital.SealAsync(dataset: dataset)).As(ContractsJson.Strict.SealedVersion);
        var files = await hospital.ReadSealedAsync(1, dataset);
        var slices = new SortedDictionary<long, (SampleRecord, byte[], byte[])>();
        foreach (var key in files.Keys.Where(name => name.EndsWith(".json", StringComparison.Ordinal)).Select(name => name[..^".json".Length]))
        {
            var record = Wire.Read(files[$"{key}.json"], ContractsJson.Strict.SampleRecord);
            slices.Add(
                (long)Math.Round(record.Position![2] * 10),
                (record, NpyCodec.Decode(files[$"{key}.npy"]).Data.ToArray(), NpyCodec.Decode(files[$"{key}.mask.npy"]).Data.ToArray()));
        }

        return slices;
    }
}
