using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.Intake.Tests.Dicom;
using Scanlock.Intake.Tests.Pixels;
using Scanlock.IntakeWorkers;

namespace Scanlock.Intake.Tests.Hostile;

/// <summary>
/// One object for each way an object attacks its reader, through the real sandboxed worker: a reason from the closed list, soon, and the same
/// worker takes the next object. What never reaches a worker is tested where it is stopped: forged zip sizes and names that climb in
/// Cli.Tests' ZipUploadTests, links in UploadTests, DICOMDIRs that climb in MediaDirectoryTests; a Content-Length of gigabytes in Gateway.Tests'
/// StreamTests, with the worker behind it.
/// </summary>
public sealed class HostileClassesTests
{
    private const uint Sequence = 0x00400275;
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(60);
    private static readonly byte[] Good = new TestObject().ToFile();

    public static TheoryData<string, string> Classes => new()
    {
        { "a meta header that claims 4 GiB", "damaged,too-large" },
        { "a meta group length that lies, which nobody needs", "accepted" },
        { "a deflate bomb", "too-large" },
        { "a gzip bomb", "not-dicom" },
        { "a zip", "not-dicom" },
        { "a palette past its data", "unsupported-pixels" },
        { "a modality LUT past its data", "not-hounsfield" },
        { "rows as text", "damaged" },
        { "rows of two values", "damaged" },
        { "columns as a float", "damaged" },
        { "65535 rows", "too-large" },
        { "4096 x 4096 without the pixels", "damaged" },
        { "two thousand million frames", "damaged,too-large" },
        { "an offset table past the fragments", "damaged" },
        { "an offset table that goes back", "damaged" },
        { "an offset table of another count", "damaged" },
        { "a fragment past the end", "damaged,too-large" },
        { "run-length segments that start outside", "damaged" },
        { "run-length of nothing but no-operations", "damaged" },
        { "thousands of sequences in each other", "damaged" },
    };

    [Theory]
    [MemberData(nameof(Classes))]
    [Trait("promise", "P11")]
    public async Task A_hostile_object_ends_in_its_reason_soon_and_costs_nobody_else(string what, string codes)
    {
        var log = new Stops();
        await using var pool = Workers.Start(log: log);
        await pool.CheckAsync(CancellationToken.None);
        var clock = Stopwatch.StartNew();
        var code = (await pool.ExamineAsync(Make(what))).Code;

        Assert.Contains(code, codes.Split(','));
        Assert.True(clock.Elapsed < s_soon, $"{what} took {clock.Elapsed}");
        Assert.Equal("accepted", (await pool.ExamineAsync(Good)).Code);
        Assert.Equal(0, log.Count);
    }

    [Theory]
    [InlineData("MZ\u0090\0This program cannot be run in DOS mode.")]
    [InlineData("\u007fELF\u0002\u0001\u0001 polyglot")]
    [InlineData("<html><script>alert('polyglot')</script>")]
    [InlineData("#!/bin/sh\necho polyglot\n")]
    [InlineData("%PDF-1.7 polyglot")]
    public async Task A_program_in_the_preamble_is_in_no_output(string preamble)
    {
        await using var pool = Workers.Start();
        var file = (byte[])Good.Clone();
        Encoding.Latin1.GetBytes(preamble).CopyTo(file, 0);
        Assert.Equal("accepted", (await pool.ExamineAsync(file)).Code);

        var received = new Received();
        var key = System.Buffers.Text.Base64Url.EncodeToString(new byte[32]);
        var task = new IntakeTask(1, 0, Samples: false, BurnedInTextRule.Mask, new RenditionTask(DeidentificationOptions.All, key));
        using var content = new MemoryStream(file);
        Assert.Equal("accepted", (await pool.ExamineAsync(Workers.Origin, task, content, received, CancellationToken.None)).Code());
        var rendition = received.Rendition.ToArray();

        Assert.All(rendition[..128], value => Assert.Equal(0, value));
        Assert.DoesNotContain(preamble, Encoding.Latin1.GetString(rendition), StringComparison.Ordinal);
    }

    [Fact]
    public void Small_fragments_that_claim_large_frames_are_too_large_long_before_the_last()
    {
        const int Side = 1024;
        var fragments = Enumerable.Repeat(new byte[2], 5000).Prepend([]).ToArray();
        using var stream = new MemoryStream(Raw.File(Frames.RunLength, Frames.Image(5000, Side, Side), Frames.Encapsulated(fragments)));
        using var dicom = Assert.IsType<DicomOpening.Opened>(DicomReader.Open(stream)).Object;
        var image = Assert.IsType<ImagePixelsReading.Read>(ImagePixels.Read(dicom.Header.DataSet)).Image;
        var stored = new StoredFrames(dicom, image, Codec.RunLength);
        var frames = 0L;
        var refusal = Assert.Throws<DicomException>(() =>
        {
            for (; stored.Next() is not null; frames++)
            {
            }
        });

        Assert.Equal(RefusalCode.TooLarge, refusal.Code);
        Assert.InRange(frames * Side * Side * 2, IntakeProtocol.FreeExpandedBytes, IntakeProtocol.FreeExpandedBytes + (8 << 20));
    }

    [Fact]
    public void Frames_that_are_too_much_together_are_too_large_before_the_first()
    {
        using var stream = new MemoryStream(Raw.File(Frames.RunLength, Frames.Image(20_000, 4096, 4096), Frames.Encapsulated([], [1, 2])));

        Assert.Equal(RefusalCode.TooLarge, Frames.Read(stream).Code);
    }

    private static byte[] Make(string what) => what switch
    {
        "a meta header that claims 4 GiB" => [.. new byte[128], .. "DICM"u8, .. Raw.Head(0x00020001, "OB", 0xfffffff0), .. Good[132..]],
        "a meta group length that lies, which nobody needs" => Spoilt(Good, "UL\u0004\0", 4, [0xf0, 0xff, 0xff, 0xff]),
        "a deflate bomb" => [.. Meta("1.2.840.10008.1.2.1.99"), .. Packed(stream => new DeflateStream(stream, CompressionLevel.SmallestSize, leaveOpen: true), Raw.Head(0x00091001, "OB", 600 << 20), 600)],
        "a gzip bomb" => Packed(stream => new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true), Good, 600),
        "a zip" => Zip(),
        "a palette past its data" => new TestObject().Set(0x00280004, "CS", "PALETTE COLOR").Set(0x00281101, "US", [0xff, 0xff, 0, 0, 16, 0]).Set(0x00281201, "OW", [1, 2]).ToFile(),
        "a modality LUT past its data" => new TestObject().Without(0x00281052, 0x00281053)
            .Set(0x00283000, "SQ", Raw.Item([.. Raw.Explicit(0x00283002, "US", 0xff, 0xff, 0, 0, 16, 0), .. Raw.Explicit(0x00283006, "OW", 1, 2)])).ToFile(),
        "rows as text" => new TestObject().Set(0x00280010, "LT", "four").ToFile(),
        "rows of two values" => new TestObject().Set(0x00280010, "US", [0xff, 0xff, 0xff, 0xff]).Set(0x00280011, 0).ToFile(),
        "columns as a float" => new TestObject().Set(0x00280011, "FD", BitConverter.GetBytes(double.NaN)).ToFile(),
        "65535 rows" => new TestObject().Set(0x00280010, 65535).ToFile(),
        "4096 x 4096 without the pixels" => new TestObject().Set(0x00280010, 4096).Set(0x00280011, 4096).ToFile(),
        "two thousand million frames" => new TestObject().Set(0x00280008, "IS", "2000000000").ToFile(),
        "an offset table past the fragments" => Encapsulated([0, 0, 0, 0, 0xf0, 0xff, 0xff, 0x7f], Run(), Run()),
        "an offset table that goes back" => Encapsulated([0, 1, 0, 0, 0, 0, 0, 0], Run(), Run()),
        "an offset table of another count" => Encapsulated([0, 0, 0, 0, 8, 0, 0, 0, 16, 0, 0, 0], Run(), Run()),
        "a fragment past the end" => Encapsulated([], Run(), Run())[..^20],
        "run-length segments that start outside" => Encapsulated([], Run(start: 0x7ffffff0), Run()),
        "run-length of nothing but no-operations" => Encapsulated([], [.. Run()[..64], .. Enumerable.Repeat((byte)128, 1 << 19)], Run()),
        "thousands of sequences in each other" => Raw.Explicit([Raw.Explicit(0x00080016, "UI", "1.2\0"), .. Enumerable.Repeat<byte[]>([.. Raw.Head(Sequence, "SQ", Raw.Undefined), .. Raw.ImplicitHead(0xfffee000, Raw.Undefined)], 20_000)]),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, "No such class."),
    };

    /// <summary>The test object with two frames, run-length encoded.</summary>
    private static byte[] Encapsulated(byte[] table, params byte[][] fragments)
    {
        var file = new TestObject { TransferSyntax = Frames.RunLength }.Set(0x00280008, "IS", "2").Without(0x7fe00010).ToFile();
        return [.. file, .. Frames.Encapsulated([table, .. fragments])];
    }

    /// <summary>Twelve samples of 16 bits, all zero, in two segments (PS3.5 G.2).</summary>
    private static byte[] Run(uint start = 64)
    {
        byte[] head = [.. BitConverter.GetBytes(2), .. BitConverter.GetBytes(start), .. BitConverter.GetBytes(66)];
        return [.. head, .. new byte[64 - head.Length], 245, 0, 245, 0];
    }

    private static byte[] Meta(string transferSyntax)
    {
        var file = new TestObject { TransferSyntax = transferSyntax }.ToFile();
        return file[..file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x08, 0x00, 0x05, 0x00])];
    }

    private static byte[] Spoilt(byte[] file, string after, int skip, byte[] with)
    {
        var changed = (byte[])file.Clone();
        with.CopyTo(changed, changed.AsSpan().IndexOf(Encoding.Latin1.GetBytes(after)) + skip);
        return changed;
    }

    private static byte[] Packed(Func<Stream, Stream> packer, byte[] first, int mebibytes)
    {
        using var packed = new MemoryStream();
        using (var stream = packer(packed))
        {
            stream.Write(first);
            var zeros = new byte[1 << 20];
            for (; mebibytes > 0; mebibytes--)
            {
                stream.Write(zeros);
            }
        }

        return packed.ToArray();
    }

    private static byte[] Zip()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("../../slip.dcm").Open();
            entry.Write(Good);
        }

        return bytes.ToArray();
    }

    private sealed class Stops : IIntakeLog
    {
        internal int Count { get; private set; }

        public void Started(int worker)
        {
        }

        public void Stopped(int worker, long ordinal, string how) => Count++;
    }
}
