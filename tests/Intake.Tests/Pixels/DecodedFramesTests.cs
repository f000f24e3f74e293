using System.Security.Cryptography;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.Intake.Tests.Dicom;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests.Pixels;

/// <summary>What frames show, against what pydicom and dcmtk decode, and against each other where only the encoding differs.</summary>
public sealed class DecodedFramesTests
{
    // Prints, for each file whose pixels it reads, the SHA-256 of the samples in little-endian order.
    private const string Peer = """
        import sys, hashlib, warnings, pydicom
        warnings.simplefilter('ignore')
        for name in sys.argv[1:]:
            try:
                ds = pydicom.dcmread(name, force=True)
                if 'PixelData' not in ds or ds.BitsAllocated not in (8, 16) or ds.get('PlanarConfiguration', 0) == 1 or '422' in ds.PhotometricInterpretation: continue
                if ds.file_meta.get('TransferSyntaxUID', '1.2.840.10008.1.2') not in ('1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.2', '1.2.840.10008.1.2.5'): continue
                samples = ds.pixel_array
            except Exception: continue
            print(name, hashlib.sha256(samples.astype(samples.dtype.newbyteorder('<')).tobytes()).hexdigest(), sep='|')
        """;

    [Fact]
    public async Task Native_and_run_length_encoded_frames_of_the_zoo_are_what_pydicom_reads()
    {
        Assert.SkipUnless(Peers.HasPydicom, "python3-pydicom is not installed");
        var files = Directory.GetFiles(Workers.Data("zoo"), "*", SearchOption.AllDirectories);
        var lines = await DigestsAsync(files);

        Assert.True(lines.Length > 70, $"{lines.Length}");
        // It leaves bytes of big-endian words as they lie.
        Assert.All(lines.Where(line => !line.Contains("SC_rgb_small_odd_big_endian", StringComparison.Ordinal)), line =>
        {
            using var file = File.OpenRead(line.Split('|')[0]);
            var (samples, code) = Frames.Read(file);
            Assert.Null(code);
            Assert.Equal(line.Split('|')[1], Digest(samples));
        });
    }

    [Fact]
    public async Task Objects_passed_on_frame_by_frame_show_pydicom_what_they_showed()
    {
        Assert.SkipUnless(Peers.HasPydicom, "python3-pydicom is not installed");
        using var folder = new TestFolder();
        var files = Directory.GetFiles(Workers.Data("zoo"), "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("SC_rgb_small_odd_big_endian.dcm", StringComparison.Ordinal) && PassOn(file, folder[Path.GetFileName(file)])).ToList();
        var before = (await DigestsAsync(files)).Select(Named).ToList();
        var after = (await DigestsAsync(files.Select(file => folder[Path.GetFileName(file)]))).Select(Named).ToHashSet(StringComparer.Ordinal);

        Assert.True(before.Count > 60, $"{before.Count}");
        Assert.All(before.GroupBy(line => line.Split('|')[0], StringComparer.Ordinal), file => Assert.Contains(file, line => after.Contains(line)));
    }

    [Fact]
    public async Task Objects_passed_on_frame_by_frame_break_no_rule_that_they_kept()
    {
        Assert.SkipWhen(Programs.Find("dciodvfy") is null, "dicom3tools is not installed");
        using var folder = new TestFolder();
        foreach (var encoding in (string[])["BigEndianExplicit", "LittleEndianImplicit", "LittleEndianExplicit", "RLELossless"])
        {
            var file = Directory.GetFiles(Workers.Data("zoo", "dicom_cornerstone"), $"CTImage.dcm_{encoding}*").Single();
            Assert.True(PassOn(file, folder[encoding]));
            var before = await ErrorsAsync(file);

            Assert.NotEmpty(before);
            Assert.DoesNotContain(await ErrorsAsync(folder[encoding]), error => !before.Contains(error));
        }
    }

    [Fact]
    public void Bytes_of_big_endian_words_are_turned_with_them()
    {
        var folder = Workers.Data("zoo", "dicom_pydicom", "test_files");

        Assert.Equal(Read(Path.Combine(folder, "SC_rgb_small_odd.dcm")), Read(Path.Combine(folder, "SC_rgb_small_odd_big_endian.dcm")));
    }

    [Fact]
    public async Task JPEG_and_JPEG_LS_frames_of_the_zoo_are_what_dcmtk_decodes()
    {
        Frames.NeedGdcm();
        Assert.SkipWhen(Programs.Find("dcmdjpeg") is null || Programs.Find("dcmdjpls") is null, "dcmtk is not installed");
        using var folder = new TestFolder();
        var compared = 0;
        foreach (var file in Directory.GetFiles(Workers.Data("zoo"), "*", SearchOption.AllDirectories).Where(IsGreyJpeg))
        {
            foreach (var program in (string[])["dcmdjpeg", "dcmdjpls"])
            {
                var decoded = await ProgramRunner.RunTextAsync(
                    new ProgramStart(Programs.Find(program)!, file, folder["decoded.dcm"]), new RunLimits(TimeSpan.FromMinutes(2)));
                if (decoded.Succeeded && !IsGreyJpeg(folder["decoded.dcm"]))
                {
                    Assert.Equal(Digest(Read(folder["decoded.dcm"])), Digest(Read(file)));
                    compared++;
                }
            }
        }

        Assert.True(compared >= 8, $"{compared}");
    }

    [Fact]
    public void One_image_in_ten_lossless_encodings_has_the_same_samples()
    {
        Frames.NeedGdcm();
        string[] lossless = ["BigEndianExplicit", "DeflatedExplicit", "JPEG2000LosslessOnly", "JPEGLSLossless", "JPEGProcess14SV1", "JPEGProcess14Transfer", "LittleEndianExplicit", "LittleEndianImplicit", "RLELossless"];
        var files = Directory.GetFiles(Workers.Data("zoo", "dicom_cornerstone"), "CTImage.dcm*");
        var plain = Digest(Read(files.Single(file => file.EndsWith("CTImage.dcm", StringComparison.Ordinal))));

        Assert.All(lossless, encoding => Assert.Equal(plain, Digest(Read(files.Single(file => file.Contains("_" + encoding, StringComparison.Ordinal))))));
    }

    [Theory]
    [InlineData("JPEGLSLossless", "1.2.840.10008.1.2.4.80")]
    [InlineData("JPEGProcess14SV1", "1.2.840.10008.1.2.4.70")]
    [InlineData("JPEG2000LosslessOnly", "1.2.840.10008.1.2.4.90")]
    public void Frames_cut_into_fragments_are_found_by_where_images_start(string encoding, string transferSyntax)
    {
        Frames.NeedGdcm();
        var (image, fragment) = Encoded(encoding);
        var alone = Assert.Single(Frames.Read(Raw.File(transferSyntax, image(1, 0), Frames.Encapsulated([], fragment))).Samples);
        var cut = fragment.Length / 4 * 2;
        var (samples, code) = Frames.Read(Raw.File(transferSyntax, image(3, 0), Frames.Encapsulated([], fragment, fragment[..cut], fragment[cut..], fragment)));

        Assert.Null(code);
        Assert.Equal([alone, alone, alone], samples);
    }

    [Theory]
    [InlineData("JPEGLSLossless", "1.2.840.10008.1.2.4.80")]
    [InlineData("JPEGProcess14SV1", "1.2.840.10008.1.2.4.70")]
    [InlineData("JPEG2000LosslessOnly", "1.2.840.10008.1.2.4.90")]
    public void An_image_of_another_size_than_the_object_says_never_reaches_the_decoder(string encoding, string transferSyntax)
    {
        // No decoder is bound here: to reach it would be an error of another kind.
        var (image, fragment) = Encoded(encoding);

        Assert.Equal(RefusalCode.Damaged, Frames.Read(Raw.File(transferSyntax, image(1, 1), Frames.Encapsulated([], fragment))).Code);
        Assert.Equal(RefusalCode.Damaged, Frames.Read(Raw.File(transferSyntax, image(1, 0), Frames.Encapsulated([], fragment[..10]))).Code);
        Assert.Equal(RefusalCode.Damaged, Frames.Read(Raw.File(transferSyntax, image(1, 0), Frames.Encapsulated([], []))).Code);
        Assert.Equal(RefusalCode.Damaged, Frames.Read(Raw.File(transferSyntax, image(1, 0), Frames.Encapsulated([], new byte[1000]))).Code);
    }

    private static async Task<string[]> DigestsAsync(IEnumerable<string> files)
    {
        var peer = await ProgramRunner.RunTextAsync(new ProgramStart("/usr/bin/python3", ["-c", Peer, .. files]), new RunLimits(TimeSpan.FromMinutes(2)));
        Assert.True(peer.Succeeded, peer.ErrorTail);
        return peer.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static async Task<HashSet<string>> ErrorsAsync(string file)
    {
        var checker = await ProgramRunner.RunTextAsync(new ProgramStart(Programs.Find("dciodvfy")!, file), new RunLimits(TimeSpan.FromMinutes(2)));
        return [.. $"{checker.Output}\n{checker.ErrorTail}".Split('\n').Where(line => line.StartsWith("Error", StringComparison.Ordinal))];
    }

    private static string Named(string line) => Path.GetFileName(line);

    /// <summary>Writes the object anew, native pixels little endian and encapsulated ones as they are; false where they are not read here.</summary>
    private static bool PassOn(string from, string to)
    {
        using var file = File.OpenRead(from);
        if (DicomReader.Open(file) is not DicomOpening.Opened opened)
        {
            return false;
        }

        using var dicom = opened.Object;
        if (Codecs.Of(dicom.Header.TransferSyntax) is not (Codec.Native or Codec.RunLength) || ObjectFrames.Open(dicom, "none").Frames is not { } frames)
        {
            return false;
        }

        using var output = File.Create(to);
        var writer = new DicomWriter(output);
        writer.WriteHeader(dicom.Header.DataSet, dicom.Pixels.IsEncapsulated ? dicom.Header.TransferSyntax! : DicomReader.ExplicitLittleEndian);
        if (dicom.Pixels.IsEncapsulated)
        {
            writer.BeginEncapsulatedPixels();
            writer.WriteFragment([]);
        }
        else
        {
            writer.BeginNativePixels((long)frames.Image.Frames * frames.Image.FrameBytes, frames.Image.Form.BitsAllocated);
        }

        FrameReading next;
        while ((next = frames.Next()) is FrameReading.Frame frame)
        {
            foreach (var part in frame.Stored.Parts)
            {
                if (dicom.Pixels.IsEncapsulated)
                {
                    writer.WriteFragment(part.Span);
                }
                else
                {
                    writer.WritePixels(part.Span);
                }
            }
        }

        if (next is FrameReading.Refused)
        {
            return false;
        }

        writer.End();
        return true;
    }

    private static (Func<int, int, byte[]> Image, byte[] Fragment) Encoded(string encoding)
    {
        using var file = File.OpenRead(Directory.GetFiles(Workers.Data("zoo", "dicom_cornerstone"), $"CTImage.dcm_{encoding}*").Single());
        using var dicom = Assert.IsType<DicomOpening.Opened>(DicomReader.Open(file)).Object;
        dicom.Pixels.ReadFragment(100);
        var parts = new List<byte>();
        while (dicom.Pixels.ReadFragment(1 << 20) is { } part)
        {
            parts.AddRange(part);
        }

        var (rows, columns) = (dicom.Header.DataSet.Integer(new DicomTag(0x0028, 0x0010))!.Value, dicom.Header.DataSet.Integer(new DicomTag(0x0028, 0x0011))!.Value);
        return ((frames, more) => Frames.Image(frames, rows + more, columns, signed: true), parts.ToArray());
    }

    private static bool IsGreyJpeg(string path)
    {
        using var file = File.OpenRead(path);
        if (DicomReader.Open(file) is not DicomOpening.Opened opened)
        {
            return false;
        }

        using var dicom = opened.Object;
        return dicom.Header.TransferSyntax?.StartsWith("1.2.840.10008.1.2.4.", StringComparison.Ordinal) == true
            && Codecs.Of(dicom.Header.TransferSyntax) is not null && dicom.Header.DataSet.Integer(new DicomTag(0x0028, 0x0002)) == 1;
    }

    private static List<byte[]> Read(string path)
    {
        using var file = File.OpenRead(path);
        var (samples, code) = Frames.Read(file);
        Assert.True(code is null, $"{path} {code}");
        return samples;
    }

    private static string Digest(List<byte[]> samples) => Convert.ToHexStringLower(SHA256.HashData(samples.SelectMany(frame => frame).ToArray()));
}
