using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.Intake.Tests.Dicom;

namespace Scanlock.Intake.Tests.Pixels;

/// <summary>Objects of frames, and what is read from them in this process.</summary>
internal static class Frames
{
    internal const string RunLength = "1.2.840.10008.1.2.5";
    internal const string JpegLs = "1.2.840.10008.1.2.4.80";

    /// <summary>The Image Pixel module of grey frames.</summary>
    internal static byte[] Image(int frames, int rows, int columns, int bits = 16, bool signed = false, int samples = 1) =>
    [
        .. Raw.Explicit(0x00080016, "UI", "1.2\0"), .. Word(0x00280002, samples), .. Raw.Explicit(0x00280004, "CS", samples == 1 ? "MONOCHROME2 " : "RGB "), .. Word(0x00280006, 0),
        .. Raw.Explicit(0x00280008, "IS", frames % 10 == frames ? $"{frames} " : $"{frames,6}"), .. Word(0x00280010, rows), .. Word(0x00280011, columns),
        .. Word(0x00280100, bits), .. Word(0x00280101, bits), .. Word(0x00280102, bits - 1), .. Word(0x00280103, signed ? 1 : 0),
    ];

    internal static byte[] Encapsulated(params byte[][] fragments) =>
        [.. Raw.Head(0x7fe00010, "OB", Raw.Undefined), .. fragments.SelectMany(fragment => Raw.Item(fragment)), .. Raw.SequenceEnd];

    internal static byte[] Word(uint tag, int value) => Raw.Explicit(tag, "US", BitConverter.GetBytes((ushort)value));

    /// <summary>All frames' samples, or why there are none.</summary>
    internal static (List<byte[]> Samples, RefusalCode? Code) Read(Stream stream)
    {
        if (DicomReader.Open(stream) is not DicomOpening.Opened opened)
        {
            return ([], RefusalCode.NotDicom);
        }

        using var dicom = opened.Object;
        var (frames, code) = ObjectFrames.Open(dicom, Scratch);
        var samples = new List<byte[]>();
        while (frames is not null)
        {
            switch (frames.Next())
            {
                case FrameReading.Frame frame:
                    samples.Add(frame.Decoded.Samples.ToArray());
                    break;
                case FrameReading.Refused refused:
                    return (samples, refused.Code);
                default:
                    return (samples, null);
            }
        }

        return (samples, code);
    }

    internal static (List<byte[]> Samples, RefusalCode? Code) Read(byte[] file) => Read(new MemoryStream(file));

    /// <summary>Binds GDCM into this process, for frames that are known not to be hostile.</summary>
    internal static void NeedGdcm()
    {
        Workers.NeedThem();
        Assert.Null(Bound.Value);
    }

    private static string Scratch => Path.Combine(Path.GetTempPath(), $"scanlock-frame-{Environment.ProcessId}-{Environment.CurrentManagedThreadId}");

    private static Lazy<string?> Bound { get; } = new(() => GdcmLibrary.Bind().WhyNot);
}
