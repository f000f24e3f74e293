using System.Security.Cryptography;
using Scanlock.IntakeWorkers;
using Scanlock.Processes;

namespace Scanlock.Intake.Tests;

/// <summary>Real CT in six encodings, against pydicom where it can decode them.</summary>
public sealed class RealSlicesTests
{
    // Prints, for each file, the SHA-256 of its Hounsfield units as int16 little endian, rounded halves away from zero.
    private const string Peer = """
        import sys, hashlib, numpy, pydicom
        for path in sys.argv[1:]:
            d = pydicom.dcmread(path)
            hu = d.pixel_array.astype('float64') * float(d.RescaleSlope) + float(d.RescaleIntercept)
            hu = numpy.clip(numpy.sign(hu) * numpy.floor(numpy.abs(hu) + 0.5), -32768, 32767).astype('<i2')
            print(hashlib.sha256(hu.tobytes()).hexdigest())
        """;

    [Fact]
    public async Task Uncompressed_slices_are_what_pydicom_reads()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/pydicom"), "python3-pydicom is not installed");
        var files = Slices().Where(slice => slice.Encoding is "explicit" or "implicit" or "rle").GroupBy(slice => slice.Encoding)
            .SelectMany(group => group.Take(6)).Select(slice => slice.File).ToList();
        var peer = await ProgramRunner.RunTextAsync(new ProgramStart("/usr/bin/python3", ["-c", Peer, .. files]), new RunLimits(TimeSpan.FromMinutes(2)));
        Assert.True(peer.Succeeded, peer.ErrorTail);
        await using var pool = Workers.Start();
        var ours = new List<string>();
        foreach (var file in files)
        {
            ours.Add(Convert.ToHexStringLower(SHA256.HashData((await pool.ExamineAsync(file)).Slice().Pixels)));
        }

        Assert.Equal(peer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), ours);
    }

    [Theory]
    [InlineData("explicit")]
    [InlineData("implicit")]
    [InlineData("jpegll")]
    [InlineData("jpegls")]
    [InlineData("rle")]
    [InlineData("j2k")]
    public async Task Every_encoding_gives_a_slice_with_its_facts(string encoding)
    {
        var slice = Slices().First(slice => slice.Encoding == encoding);
        await using var pool = Workers.Start();
        var accepted = (await pool.ExamineAsync(slice.File)).Slice();
        var pixels = accepted.Pixels.Length / sizeof(short);

        Assert.Equal(slice.SopInstanceUid, accepted.Head.SopInstanceUid);
        Assert.Equal(accepted.Sample.Rows * accepted.Sample.Columns, pixels);
        Assert.Equal(["ORIGINAL", "PRIMARY", "AXIAL"], accepted.Sample.Slice.ImageType);
        Assert.Equal([0.8, 0.8, 5], accepted.Sample.Slice.Spacing!);
        Assert.Equal([1, 0, 0, 0, 1, 0], accepted.Sample.Slice.Orientation!);
        Assert.Equal(3, accepted.Sample.Slice.Position!.Count);
        // The set's grey levels 0 to 255 stand for -1350 to 150 HU, in steps of 5.882353.
        var values = Enumerable.Range(0, pixels).Select(index => BitConverter.ToInt16(accepted.Pixels, index * sizeof(short))).Distinct().Order().ToList();
        Assert.All(values, value => Assert.InRange(value, -1350, 150));
        Assert.All(values, value => Assert.Contains(value, GreyLevels));
        Assert.True(values.Count > 50);
    }

    [Fact]
    public async Task A_slice_cut_anywhere_is_refused()
    {
        await using var pool = Workers.Start();
        foreach (var group in Slices().GroupBy(slice => slice.Encoding))
        {
            var whole = await File.ReadAllBytesAsync(group.First().File);
            for (var cut = 1; cut < 40; cut++)
            {
                // From the very last byte backwards, further each time.
                var length = whole.Length - 1 - (int)((long)whole.Length * cut * cut / 1600) + 1;
                Assert.NotEqual("accepted", (await pool.ExamineAsync(whole[..Math.Min(length, whole.Length - 1)])).Code);
            }
        }
    }

    private static HashSet<short> GreyLevels { get; } =
        [.. Enumerable.Range(0, 256).Select(level => (short)Math.Round((level * 5.882353) - 1350, MidpointRounding.AwayFromZero))];

    private static IEnumerable<(string File, string SopInstanceUid, string Encoding)> Slices()
    {
        var folder = Workers.Data("ct-slices");
        var lines = File.ReadAllLines(Path.Combine(folder, "labels.csv"));
        var columns = lines[0].Split(',');
        return lines[1..].Select(line => line.Split(',')).Select(row =>
            (Path.Combine(folder, row[0]), row[Array.IndexOf(columns, "sop_instance_uid")], row[Array.IndexOf(columns, "encoding")]));
    }
}
