using System.Diagnostics;
using Scanlock.IntakeWorkers;

namespace Scanlock.Intake.Tests;

/// <summary>Some 230 files from other people's test collections: odd, old, truncated, not DICOM.</summary>
public sealed class ZooTests
{
    [Fact]
    [Trait("promise", "P11")]
    public async Task Every_file_of_the_zoo_is_accepted_or_refused_with_a_reason_in_time()
    {
        var files = Directory.EnumerateFiles(Workers.Data("zoo"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        await using var pool = Workers.Start();
        var outcomes = new Dictionary<string, Examined>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var clock = Stopwatch.StartNew();
            outcomes[Path.GetRelativePath(Workers.Data("zoo"), file)] = await pool.ExamineAsync(file);
            Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        }

        Assert.Equal(files.Count, outcomes.Count);
        Assert.All(outcomes.Values.Select(examined => examined.Outcome).OfType<IntakeOutcome.Refused>(), refused => Assert.EndsWith(".", refused.Refusal.Sentence, StringComparison.Ordinal));
        Assert.Equal("not-dicom", outcomes["dicom_pydicom/test_files/README.txt"].Code);
        Assert.Equal("not-dicom", outcomes["dicom_pydicom/test_files/zipMR.gz"].Code);
        Assert.Equal("not-ct", outcomes["dicom_pydicom/test_files/MR_small.dcm"].Code);
        Assert.Equal("not-ct", outcomes["dicom_pydicom/test_files/dicomdirtests/DICOMDIR"].Code);
        Assert.Equal("damaged", outcomes["dicom_pydicom/test_files/dicomdirtests/DICOMDIR-nooffset"].Code);
        Assert.Equal("damaged", outcomes["dicom_pydicom/test_files/rtplan_truncated.dcm"].Code);
        Assert.Equal("localizer", outcomes["dicom_pydicom/test_files/dicomdirtests/98892001/CT2N/6293"].Code);
        Assert.Equal("no-pixels", outcomes["dicom_pydicom/test_files/dicomdirtests/TINY_ALPHA/PT000000/ST000000/SE000000/IM000000"].Code);
        Assert.Equal("accepted", outcomes["dicom_pydicom/test_files/CT_small.dcm"].Code);
    }

    [Fact]
    public async Task One_image_in_ten_lossless_encodings_gives_the_same_pixels()
    {
        var files = Directory.GetFiles(Workers.Data("zoo", "dicom_cornerstone"), "CTImage.dcm*");
        string[] lossless = ["CTImage.dcm", "BigEndianExplicit", "DeflatedExplicit", "JPEG2000LosslessOnly", "JPEGLSLossless", "JPEGProcess14SV1", "JPEGProcess14Transfer", "LittleEndianExplicit", "LittleEndianImplicit", "RLELossless"];
        await using var pool = Workers.Start();
        var plain = (await pool.ExamineAsync(files.Single(file => file.EndsWith("CTImage.dcm", StringComparison.Ordinal)))).Accepted();

        foreach (var encoding in lossless[1..])
        {
            var other = (await pool.ExamineAsync(files.Single(file => file.Contains("_" + encoding, StringComparison.Ordinal)))).Accepted();
            Assert.True(plain.Pixels.AsSpan().SequenceEqual(other.Pixels), encoding);
        }
    }

    [Fact]
    public async Task What_the_decoder_dies_of_costs_that_object_and_the_next_is_taken()
    {
        var good = Workers.Data("zoo", "dicom_pydicom", "test_files", "CT_small.dcm");
        await using var pool = Workers.Start();

        Assert.Equal("accepted", (await pool.ExamineAsync(good)).Code);
        var refused = Assert.IsType<IntakeOutcome.Refused>((await pool.ExamineAsync(Workers.Deadly())).Outcome);
        Assert.Equal("The object is damaged: the decoder stopped on it.", refused.Refusal.Sentence);
        Assert.Equal("accepted", (await pool.ExamineAsync(good)).Code);
    }
}
