using System.Net;
using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Tests.Hosting;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Masks;

/// <summary>A segmentation that pydicom wrote, from its upload to the shard.</summary>
public sealed class SegmentationTests
{
    [Fact]
    public async Task A_segmentation_lies_in_the_shard_beside_the_slices_it_is_of_pixel_by_pixel()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/pydicom"), "python3-pydicom is not installed");
        using var folder = new TestFolder();
        var slices = new[] { Phantom.Of(1, 1), Phantom.Of(1, 2), Phantom.Of(1, 3) };
        var script = Path.Combine(Repository.Root, "tests", "Gateway.Tests", "Masks", "segment.py");
        var run = await ProgramRunner.RunTextAsync(
            new ProgramStart("/usr/bin/python3", "-W", "ignore", script, folder["seg.dcm"], slices[0].Series, slices[0].Sop), new RunLimits(TimeSpan.FromMinutes(3)));
        Assert.True(run.Succeeded, run.ErrorTail);
        var marked = JsonDocument.Parse(run.Output).RootElement.EnumerateArray().Select(frame => frame.EnumerateArray().Select(pixel => pixel.GetInt32()).ToList()).ToList();

        await using var hospital = await Hospital.StartAsync();
        await hospital.CreateAsync();
        var sent = await hospital.StowAsync(await hospital.CreateTokenAsync(), [.. slices.Select(slice => slice.ToDicom()), await File.ReadAllBytesAsync(folder["seg.dcm"])]);
        Assert.Equal(HttpStatusCode.OK, sent.Status);
        (await hospital.LabelAsync("patient", StewardWork.LabelsOf(slices))).As(ContractsJson.Strict.LabelReport);
        (await hospital.SealAsync()).As(ContractsJson.Strict.SealedVersion);
        var files = await hospital.ReadSealedAsync(1);

        var masks = files.Keys.Where(name => name.EndsWith(".json", StringComparison.Ordinal))
            .Select(name => (Record: Wire.Read(files[name], ContractsJson.Strict.SampleRecord), Mask: NpyCodec.Decode(files[name.Replace(".json", ".mask.npy", StringComparison.Ordinal)])))
            .OrderBy(sample => sample.Record.Position![2]).ToList();
        Assert.Equal([5, 10, 15], masks.Select(sample => sample.Record.Position![2]));
        Assert.All(masks, sample => Assert.Equal((NpyElement.Mask, 32, 32), (sample.Mask.Element, sample.Mask.Rows, sample.Mask.Columns)));
        Assert.Equal([.. marked, []], masks.Select(sample => Enumerable.Range(0, 32 * 32).Where(pixel => sample.Mask.Data.Span[pixel] == 1).ToList()));
    }
}
