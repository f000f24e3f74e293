using System.Buffers.Binary;
using System.IO.Compression;
using Scanlock.Cli.Tests.Hosts;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Datasets;

public sealed class MaskUploadTests(LocalGateway gateway) : IClassFixture<LocalGateway>, IDisposable
{
    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Volumes_go_with_the_masks_that_bear_their_names()
    {
        var dataset = await gateway.NewDatasetAsync();
        var scans = Directory.CreateDirectory(_folder["scans"]).FullName;
        await File.WriteAllBytesAsync(Path.Combine(scans, "one.nii"), Nifti(-1000));
        await File.WriteAllBytesAsync(Path.Combine(scans, "two.nii.gz"), Zipped(Nifti(-990)));
        await File.WriteAllBytesAsync(Path.Combine(scans, "one_mask.nii.gz"), Zipped(Nifti(0)));
        await File.WriteAllBytesAsync(Path.Combine(scans, "two_mask.nii"), Nifti(0));
        await File.WriteAllBytesAsync(Path.Combine(scans, "three_mask.nii"), Nifti(0));

        var report = await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}");

        Assert.Equal((4, 4), (UploadTests.Number(report, "objects"), UploadTests.Number(report, "stored")));
        Assert.Equal(["three_mask.nii no-volume"], UploadTests.Reasons(report, "skipped"));
        Assert.Equal("2", await MaskedVolumesAsync(dataset));
        Assert.Equal(4, UploadTests.Number(await gateway.JsonAsync($"dataset upload {scans} --dataset {dataset}"), "duplicates"));
    }

    [Fact]
    public async Task A_mask_of_any_name_goes_with_the_only_volume()
    {
        var dataset = await gateway.NewDatasetAsync();
        await File.WriteAllBytesAsync(_folder["ct.nii"], Nifti(-1000));
        await File.WriteAllBytesAsync(_folder["tumour.nii"], Nifti(0));

        var report = await gateway.JsonAsync($"dataset upload {_folder["ct.nii"]} --mask {_folder["tumour.nii"]} --dataset {dataset}");
        Assert.Equal(2, UploadTests.Number(report, "stored"));
        Assert.Equal("1", await MaskedVolumesAsync(dataset));

        var none = await gateway.RunAsync($"dataset upload {await gateway.PhantomsAsync(_folder["scans"], 2, 1)} --mask {_folder["tumour.nii"]} --dataset {dataset}");
        Assert.Contains("exactly one NIfTI volume", none.Error, StringComparison.Ordinal);
    }

    /// <summary>How many volumes of the dataset have masks.</summary>
    private async Task<string> MaskedVolumesAsync(string dataset)
    {
        var script = _folder["masked.py"];
        await File.WriteAllTextAsync(script, """
            import sqlite3, sys
            question = "SELECT count(DISTINCT m.volume) FROM samples s JOIN masks m ON m.volume = s.object_key AND m.dataset = s.dataset WHERE s.dataset = ?"
            print(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(question, [sys.argv[2]]).fetchone()[0])
            """);
        var run = await ScanlockProgram.RunShellAsync($"python3 {script} {Path.Combine(gateway.State, "gateway.db")} {dataset}");
        Assert.Equal(0, run.ExitCode);
        return run.OutputText.Trim();
    }

    /// <summary>Three axial slices of 8 x 8 int16 in order: so much, and from the middle on a hundred more.</summary>
    private static byte[] Nifti(short low)
    {
        var file = new byte[352 + (8 * 8 * 3 * sizeof(short))];
        BinaryPrimitives.WriteInt32LittleEndian(file, 348);
        short[] dimensions = [3, 8, 8, 3, 1, 1, 1, 1];
        for (var i = 0; i < dimensions.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(40 + (2 * i)), dimensions[i]);
        }

        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(70), 4);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(72), 16);
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(108), 352);
        file[123] = 2;
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(254), 1);
        foreach (var (place, number) in new[] { (0, -0.7f), (5, -0.7f), (10, 5f) })
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(280 + (4 * place)), number);
        }

        "n+1"u8.CopyTo(file.AsSpan(344));
        for (var voxel = 0; voxel < 8 * 8 * 3; voxel++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(352 + (2 * voxel)), (short)(voxel < 96 ? low : low == 0 ? 1 : 60));
        }

        return file;
    }

    private static byte[] Zipped(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return zipped.ToArray();
    }
}
