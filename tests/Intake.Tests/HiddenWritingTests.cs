using System.Buffers.Binary;
using System.Text;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake.Tests;

/// <summary>What identifies beside and behind the image in an object's pixels does not leave with it.</summary>
public sealed class HiddenWritingTests
{
    private const string Planted = "Patient ZEBEDEE^QUUX MRN 99887766";
    private static readonly DeidentificationOptions s_withoutPixels = DeidentificationOptions.All with { CleanPixelData = false };

    [Theory]
    [InlineData("jpegll")]
    [InlineData("jpegls")]
    [InlineData("j2k")]
    [InlineData("rle")]
    public async Task What_an_encoder_wrote_beside_the_image_is_left_out_and_the_image_is_the_same(string encoding)
    {
        await using var pool = Workers.Start();
        var file = WithFrame(await RenditionTests.SliceAsync(encoding), encoding switch
        {
            "rle" => InRunLength,
            "j2k" => InJpeg2000,
            _ => InJpeg,
        });
        var (outcome, rendition) = await RenditionTests.RenderAsync(pool, file, s_withoutPixels);

        Assert.IsType<IntakeWorkers.IntakeOutcome.Accepted>(outcome);
        Assert.Contains(Planted, Encoding.Latin1.GetString(file), StringComparison.Ordinal);
        Assert.DoesNotContain("ZEBEDEE", Encoding.Latin1.GetString(rendition), StringComparison.Ordinal);
        Assert.Equal(SyntaxOf(file), SyntaxOf(rendition));
        Assert.Equal((await pool.ExamineAsync(file)).Slice().Pixels, (await pool.ExamineAsync(rendition)).Slice().Pixels);
    }

    /// <summary>With what is not known to be needed for decoding, a frame is written natively.</summary>
    [Fact]
    public async Task A_code_stream_with_an_unknown_segment_is_not_passed_on()
    {
        await using var pool = Workers.Start();
        var file = WithFrame(await RenditionTests.SliceAsync("jpegll"), frame => [0xff, 0xd8, .. Segment(0xf0), .. frame[2..]]);
        var (outcome, rendition) = await RenditionTests.RenderAsync(pool, file, s_withoutPixels);

        Assert.DoesNotContain("ZEBEDEE", Encoding.Latin1.GetString(rendition), StringComparison.Ordinal);
        Assert.True(outcome is IntakeWorkers.IntakeOutcome.Refused || SyntaxOf(rendition) == DicomReader.ExplicitLittleEndian, outcome.ToString());
    }

    [Fact]
    public void Of_a_colour_image_how_its_colours_are_coded_stays_and_no_more()
    {
        byte[] frame = [0xff, 0xc0, 0, 17, 8, 0, 1, 0, 1, 3, 1, 17, 0, 2, 17, 0, 3, 17, 0];
        byte[] scan = [0xff, 0xda, 0, 12, 3, 1, 0, 2, 0, 3, 0, 0, 63, 0, 0x12, 0xff, 0, 0xff, 0xd0, 0x34];
        byte[] jfif = [0xff, 0xe0, 0, 20, .. "JFIF\0"u8, 1, 2, 1, 0, 72, 0, 72, 1, 1, .. "Q^Z!"u8];
        byte[] adobe = [0xff, 0xee, 0, 14, .. "Adobe"u8, .. "Q^Z!Q^"u8, 1];
        byte[] plain =
        [
            0xff, 0xd8, 0xff, 0xe0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xff, 0xee, 0, 14, .. "Adobe"u8, 0, 100, 0, 0, 0, 0, 1, .. frame, .. scan, 0xff, 0xd9,
        ];

        Assert.Equal(plain, PlainJpeg.Of([0xff, 0xd8, .. jfif, .. adobe, .. Segment(0xe1), .. frame, .. scan, 0xff, 0xff, 0xd9, .. "Q^Z"u8], 3, isJpegLs: false));
        Assert.Null(PlainJpeg.Of([0xff, 0xd8, .. frame, .. scan], 3, isJpegLs: false));
        Assert.Null(PlainJpeg.Of([0xff, 0xd8, 0xff, 0xdb, 0, 70, .. new byte[65], .. "Q^Z"u8, .. frame, .. scan, 0xff, 0xd9], 3, isJpegLs: false));
    }

    [Theory]
    [InlineData(0, new ushort[] { 0xf001, 0x1fff, 0x8800, 0x0123 }, new ushort[] { 0x0001, 0x0fff, 0x0800, 0x0123 })]
    [InlineData(1, new ushort[] { 0xf001, 0x1fff, 0x8800, 0x0123 }, new ushort[] { 0x0001, 0xffff, 0xf800, 0x0123 })]
    public async Task Overlays_in_the_unused_bits_of_samples_are_cleared(ushort representation, ushort[] stored, ushort[] expected)
    {
        await using var pool = Workers.Start();
        var file = new TestObject(2, 2).Set(0x00280101, 12).Set(0x00280102, 11).Set(0x00280103, representation).Pixels(stored).ToFile();
        var (outcome, rendition) = await RenditionTests.RenderAsync(pool, file);

        Assert.IsType<IntakeWorkers.IntakeOutcome.Accepted>(outcome);
        Assert.Equal(expected.SelectMany(BitConverter.GetBytes), rendition[^(expected.Length * sizeof(ushort))..]);
        Assert.Equal((await pool.ExamineAsync(file)).Accepted().Pixels, (await pool.ExamineAsync(rendition)).Accepted().Pixels);
    }

    [Fact]
    public async Task An_object_that_announces_text_which_is_not_found_is_not_called_clean()
    {
        await using var pool = Workers.Start();
        var file = new TestObject().Set(0x00280301, "CS", "YES").ToFile();

        Assert.Equal("burned-in-text", (await RenditionTests.RenderAsync(pool, file)).Outcome.Code());
        var (outcome, rendition) = await RenditionTests.RenderAsync(pool, file, s_withoutPixels);
        Assert.IsType<IntakeWorkers.IntakeOutcome.Accepted>(outcome);
        using var opened = Open(rendition);
        Assert.Equal("YES", opened.Header.DataSet.Code(new DicomTag(0x0028, 0x0301)));
        Assert.DoesNotContain("113101", Encoding.Latin1.GetString(rendition), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_of_pixels_that_were_searched_it_is_said_that_they_are_clean()
    {
        await using var pool = Workers.Start();
        var image = new TestObject();
        using (var searched = Open((await RenditionTests.RenderAsync(pool, image.ToFile())).Rendition))
        {
            Assert.Equal("NO", searched.Header.DataSet.Code(new DicomTag(0x0028, 0x0301)));
        }

        var rendition = (await RenditionTests.RenderAsync(pool, image.Without(0x7fe00010).ToFile())).Rendition;
        using var bare = Open(rendition);
        Assert.False(bare.Header.DataSet.Has(new DicomTag(0x0028, 0x0301)));
        Assert.DoesNotContain("113101", Encoding.Latin1.GetString(rendition), StringComparison.Ordinal);
    }

    private static byte[] Segment(byte marker) => [0xff, marker, 0, (byte)(Planted.Length + 2), .. Encoding.ASCII.GetBytes(Planted)];

    private static byte[] InJpeg(byte[] frame) =>
        [0xff, 0xd8, .. Segment(0xfe), .. Segment(0xe1), .. Segment(0xec), .. frame[2..], .. Encoding.ASCII.GetBytes(Planted), 0xff, 0xd9];

    private static byte[] InJpeg2000(byte[] frame)
    {
        var afterSize = 4 + BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(4));
        var tile = frame.AsSpan().IndexOf<byte>([0xff, 0x90, 0, 10]);
        var inTile = Segment(0x64);
        var length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(length, BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(tile + 6)) + (uint)inTile.Length);
        return
        [
            .. frame[..afterSize], .. Segment(0x64), .. frame[afterSize..(tile + 6)], .. length, .. frame[(tile + 10)..(tile + 12)], .. inTile, .. frame[(tile + 12)..],
            .. Encoding.ASCII.GetBytes(Planted),
        ];
    }

    private static byte[] InRunLength(byte[] frame)
    {
        const int Head = 64;
        var writing = Encoding.ASCII.GetBytes(Planted + " ");
        var head = frame[..Head];
        for (var segment = 1; segment <= head[0]; segment++)
        {
            var start = head.AsSpan(segment * sizeof(uint));
            BinaryPrimitives.WriteUInt32LittleEndian(start, BinaryPrimitives.ReadUInt32LittleEndian(start) + (uint)writing.Length);
        }

        return [.. head, .. writing, .. frame[Head..], .. writing];
    }

    /// <summary>The object with its only frame changed.</summary>
    private static byte[] WithFrame(byte[] file, Func<byte[], byte[]> change)
    {
        using var original = Open(file);
        using var changed = new MemoryStream();
        var writer = new Intake.Dicom.DicomWriter(changed);
        writer.WriteHeader(original.Header.DataSet, original.Header.TransferSyntax!);
        writer.BeginEncapsulatedPixels();
        writer.WriteFragment(original.Pixels.ReadFragment(64 << 20));
        var frame = new List<byte>();
        while (original.Pixels.ReadFragment(64 << 20) is { } fragment)
        {
            frame.AddRange(fragment);
        }

        writer.WriteFragment(change([.. frame]));
        writer.End();
        return changed.ToArray();
    }

    private static DicomObject Open(byte[] file) => Assert.IsType<DicomOpening.Opened>(DicomReader.Open(new MemoryStream(file))).Object;

    private static string? SyntaxOf(byte[] file)
    {
        using var opened = Open(file);
        return opened.Header.TransferSyntax;
    }
}
