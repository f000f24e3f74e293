using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake;

/// <summary>What became of one object.</summary>
internal abstract record Examination
{
    private Examination() { }

    internal sealed record Refused(RefusalCode Code) : Examination;

    /// <param name="Head">Whose it is.</param>
    /// <param name="Sample">What is said of it.</param>
    /// <param name="Pixels">int16 Hounsfield units, little endian, row by row.</param>
    internal sealed record Accepted(IntakeHead Head, IntakeSample Sample, byte[] Pixels) : Examination;

    internal static Examination Of(string file)
    {
        using var content = File.OpenRead(file);
        return Of(content, file + ".frame");
    }

    /// <summary>
    /// 1. Read the header, as far as the pixels. 2. Judge it: kind, sizes, form. 3. Only then take the pixels, and check that they are what the
    /// header said. 4. Tell them in Hounsfield units. 5. See that the object was whole.
    /// </summary>
    /// <param name="content">The object, as it comes.</param>
    /// <param name="scratch">A file for the decoder, in the sandbox's memory.</param>
    internal static Examination Of(Stream content, string scratch) => DicomReader.Open(content) switch
    {
        DicomOpening.Refused refused => new Refused(refused.Code),
        DicomOpening.Opened opened => Of(opened.Object, scratch),
        _ => throw new InvalidOperationException("No such opening."),
    };

    private static Examination Of(DicomObject whole, string scratch)
    {
        using var dicom = whole;
        var header = ObjectHeader.Read(dicom.Header);
        if (Admission.Judge(header, dicom.Header.Pixels != PixelDataKind.None) is { } code)
        {
            return new Refused(code);
        }

        var (frames, unread) = ObjectFrames.Open(dicom, scratch);
        return frames is null ? new Refused(unread ?? RefusalCode.Damaged) : Take(frames, header);
    }

    private static Examination Take(ObjectFrames frames, ObjectHeader header)
    {
        var first = frames.Next();
        if (first is not FrameReading.Frame { Decoded: var frame })
        {
            return new Refused(first is FrameReading.Refused refused ? refused.Code : RefusalCode.Damaged);
        }

        var pixels = Hounsfield.Convert(frame.Samples.Span, frame.Form, header.Rescale!, header.Padding);
        if (frames.Next() is FrameReading.Refused broken)
        {
            return new Refused(broken.Code);
        }

        var (lowest, highest) = Hounsfield.Range(pixels);
        var measure = new SliceMeasure(header.Rescale!.Slope, header.Rescale.Intercept, header.GantryTilt, lowest, highest);
        return new Accepted(header.Identifiers!, new IntakeSample(0, frames.Image.Rows, frames.Image.Columns, header.Slice, measure, 0), pixels);
    }
}
