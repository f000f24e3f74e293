using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Tests;

/// <summary>Objects de-identified by the real worker: pixels as they were, the header's identifiers gone.</summary>
public sealed class RenditionTests
{
    private static readonly string s_key = System.Buffers.Text.Base64Url.EncodeToString(new byte[32]);

    [Fact]
    public async Task A_rendition_has_the_objects_pixels_and_none_of_its_identifiers()
    {
        await using var pool = Workers.Start();
        var file = new TestObject(4, 3).ToFile();
        var (outcome, rendition) = await RenderAsync(pool, file);

        Assert.IsType<IntakeWorkers.IntakeOutcome.Accepted>(outcome);
        var text = System.Text.Encoding.Latin1.GetString(rendition);
        Assert.DoesNotContain("Wrenfell", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("MRN4455667", text, StringComparison.Ordinal);
        var sample = (await pool.ExamineAsync(rendition)).Accepted();
        Assert.Equal((await pool.ExamineAsync(file)).Accepted().Pixels, sample.Pixels);
    }

    [Theory]
    [InlineData("explicit")]
    [InlineData("jpegll")]
    [InlineData("jpegls")]
    [InlineData("rle")]
    [InlineData("j2k")]
    [InlineData("implicit")]
    public async Task A_rendition_of_a_real_slice_shows_the_same_but_for_text(string encoding)
    {
        await using var pool = Workers.Start();
        var file = await SliceAsync(encoding);
        var (outcome, rendition) = await RenderAsync(pool, file);

        var report = Assert.IsType<IntakeWorkers.IntakeOutcome.Accepted>(outcome).Report;
        var (before, after) = ((await pool.ExamineAsync(file)).Slice().Pixels, (await pool.ExamineAsync(rendition)).Slice().Pixels);
        Assert.Equal(before.Length, after.Length);
        Assert.Equal(report!.MaskedRegions == 0, before.AsSpan().SequenceEqual(after));
    }

    /// <summary>One pass over the object gives what two would.</summary>
    [Theory]
    [InlineData("explicit", BurnedInTextRule.Mask)]
    [InlineData("jpegls", BurnedInTextRule.Mask)]
    [InlineData("rle", BurnedInTextRule.Quarantine)]
    public async Task Samples_and_rendition_of_one_pass_are_those_of_two(string encoding, BurnedInTextRule text)
    {
        await using var pool = Workers.Start();
        var file = await SliceAsync(encoding);
        var both = new Received();
        var rendition = new RenditionTask(DeidentificationOptions.All, s_key);
        using var content = new MemoryStream(file);
        var outcome = await pool.ExamineAsync(Workers.Origin, new IntakeTask(1, 0, Samples: true, text, rendition), content, both, CancellationToken.None);

        Assert.Equal((await RenderAsync(pool, file)).Rendition, both.Rendition.ToArray());
        var alone = new Received();
        using var again = new MemoryStream(file);
        var samples = await pool.ExamineAsync(Workers.Origin, new IntakeTask(1, 0, Samples: true, text, null), again, alone, CancellationToken.None);
        Assert.Equal(samples.Code(), outcome.Code());
        Assert.Equal(Assert.Single(alone.Samples).Pixels, Assert.Single(both.Samples).Pixels);
    }

    [Fact]
    public async Task An_enhanced_objects_frames_are_samples_and_rendition_at_once()
    {
        await using var pool = Workers.Start();
        var file = new TestObject(6, 5).Set(0x00280008, "IS", "3").Set(0x7fe00010, "OW", new byte[6 * 5 * 2 * 3]).ToFile();
        var both = new Received();
        using var content = new MemoryStream(file);
        var outcome = await pool.ExamineAsync(
            Workers.Origin, new IntakeTask(1, 0, Samples: true, BurnedInTextRule.Quarantine, new RenditionTask(DeidentificationOptions.All, s_key)), content, both, CancellationToken.None);

        Assert.IsType<IntakeWorkers.IntakeOutcome.Accepted>(outcome);
        Assert.Equal(3, both.Samples.Count);
        var alone = new Received();
        using var again = new MemoryStream(both.Rendition.ToArray());
        await pool.ExamineAsync(Workers.Origin, Workers.Asked(), again, alone, CancellationToken.None);
        Assert.Equal(both.Samples.Select(sample => sample.Pixels), alone.Samples.Select(sample => sample.Pixels));
    }

    /// <summary>Nothing is archived of what only a steward's deletion can follow.</summary>
    [Fact]
    public async Task An_object_without_samples_has_no_rendition_where_samples_are_wanted()
    {
        await using var pool = Workers.Start();
        var received = new Received();
        using var content = new MemoryStream(new TestObject().Set(0x00080060, "CS", "MR").Set(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.4").ToFile());
        var outcome = await pool.ExamineAsync(
            Workers.Origin, new IntakeTask(1, 0, Samples: true, BurnedInTextRule.Quarantine, new RenditionTask(DeidentificationOptions.All, s_key)), content, received, CancellationToken.None);

        Assert.Equal("not-ct", outcome.Code());
        Assert.Equal(0, received.Rendition.Length);
    }

    [Fact]
    public async Task An_object_without_pixels_is_de_identified_too_and_a_damaged_one_is_not()
    {
        await using var pool = Workers.Start();
        var report = new TestObject().Set(0x00080060, "CS", "SR").Set(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.88.11").Without(0x7fe00010).ToFile();
        var (outcome, rendition) = await RenderAsync(pool, report);

        Assert.IsType<IntakeWorkers.IntakeOutcome.Accepted>(outcome);
        Assert.IsType<DicomOpening.Opened>(DicomReader.Open(new MemoryStream(rendition)));
        Assert.Equal("damaged", (await RenderAsync(pool, new TestObject().ToFile()[..^3])).Outcome.Code());
    }

    internal static async Task<byte[]> SliceAsync(string encoding)
    {
        var folder = Workers.Data("ct-slices");
        var lines = await File.ReadAllLinesAsync(Path.Combine(folder, "labels.csv"));
        var at = Array.IndexOf(lines[0].Split(','), "encoding");
        return await File.ReadAllBytesAsync(Path.Combine(folder, lines[1..].Select(line => line.Split(',')).First(row => row[at] == encoding)[0]));
    }

    internal static async Task<(IntakeWorkers.IntakeOutcome Outcome, byte[] Rendition)> RenderAsync(
        IntakeWorkers.IntakePool pool, byte[] file, DeidentificationOptions? options = null)
    {
        var received = new Received();
        var task = new IntakeTask(1, 0, Samples: false, BurnedInTextRule.Mask, new RenditionTask(options ?? DeidentificationOptions.All, s_key));
        using var content = new MemoryStream(file);
        return (await pool.ExamineAsync(Workers.Origin, task, content, received, CancellationToken.None), received.Rendition.ToArray());
    }
}
