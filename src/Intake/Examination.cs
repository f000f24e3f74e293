using System.Runtime.InteropServices;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.Intake.Text;

namespace Scanlock.Intake;

/// <summary>What became of one object.</summary>
internal sealed record Judgement(RefusalCode? Refused, QuarantineCode? Quarantined, DeidentificationReport? Report)
{
    internal static Judgement Of(RefusalCode code) => new(code, null, null);
}

/// <summary>
/// Looks at one object as it comes, once and forwards: (1) the header, as far as the pixels; (2) whether it is taken in: kind, sizes, form;
/// (3) frame by frame the pixels: decoded, told in Hounsfield units, searched for text, said; (4) whether the object was whole. What is said
/// before the judgement is void where that refuses.
/// </summary>
/// <param name="task">What is wanted.</param>
/// <param name="findings">Where what is found is said.</param>
/// <param name="scratch">A file for the decoder, in the sandbox's memory.</param>
internal sealed class Examination(IntakeTask task, Findings findings, string scratch)
{
    internal Judgement Of(Stream content)
    {
        switch (DicomReader.Open(content))
        {
            case DicomOpening.Opened opened:
                using (opened.Object)
                {
                    return Of(opened.Object);
                }

            case DicomOpening.Refused refused:
                return Judgement.Of(refused.Code);
            default:
                throw new InvalidOperationException("No such opening.");
        }
    }

    private Judgement Of(DicomObject dicom)
    {
        var header = ObjectHeader.Read(dicom.Header);
        findings.Add(header.Head);
        if (!task.Samples)
        {
            return task.Rendition is { } wanted ? new Rendition(wanted, findings, scratch).Of(dicom) : Listed(dicom);
        }

        var admission = Admission.Judge(header, dicom.Header.Pixels != PixelDataKind.None);
        if (admission.Refused is { } code)
        {
            return Judgement.Of(code);
        }

        if (!admission.HasSamples)
        {
            return Whole(dicom, admission.Quarantined);
        }

        var (frames, unread) = ObjectFrames.Open(dicom, scratch);
        return frames is null ? Judgement.Of(unread ?? RefusalCode.Damaged) : Take(frames, dicom.Header.DataSet, header, admission.Quarantined);
    }

    private Judgement Listed(DicomObject dicom)
    {
        if (MediaDirectory.FilesOf(dicom.Header.DataSet) is not { } files)
        {
            return Judgement.Of(RefusalCode.Damaged);
        }

        foreach (var file in files)
        {
            findings.Add(file);
        }

        return Whole(dicom, null);
    }

    private static Judgement Whole(DicomObject dicom, QuarantineCode? quarantine) =>
        dicom.Finish() is { } code ? Judgement.Of(code) : new Judgement(null, quarantine, null);

    private Judgement Take(ObjectFrames frames, DicomDataSet data, ObjectHeader header, QuarantineCode? quarantine)
    {
        var masked = 0;
        for (var number = 0; ; number++)
        {
            switch (frames.Next())
            {
                case FrameReading.Refused refused:
                    return Judgement.Of(refused.Code);
                case FrameReading.Frame { Decoded: var frame }:
                    var facts = FrameFacts.Of(data, number, frames.Image.Frames);
                    if (facts.Rescale is null)
                    {
                        return Judgement.Of(RefusalCode.NotHounsfield);
                    }

                    var text = Take(frames.Image, frame, facts);
                    masked += task.Text == BurnedInTextRule.Mask ? text : 0;
                    quarantine ??= text > 0 && task.Text == BurnedInTextRule.Quarantine ? QuarantineCode.BurnedInText : null;
                    break;
                default:
                    // Text that was announced and not found is there all the same.
                    quarantine ??= header.SaysBurnedIn && masked == 0 ? QuarantineCode.BurnedInText : null;
                    return new Judgement(null, quarantine, null);
            }
        }
    }

    /// <summary>Says one frame. How many regions with text were found in it.</summary>
    private int Take(ImagePixels image, DecodedFrame frame, FrameFacts facts)
    {
        var pixels = Hounsfield.Convert(frame.Samples.Span, frame.Form, facts.Rescale!, facts.Padding);
        var units = MemoryMarshal.Cast<byte, short>(pixels.AsSpan());
        var isMasked = task.Text == BurnedInTextRule.Mask;
        var regions = isMasked ? BurnedInText.Hide(units, image.Rows, image.Columns) : BurnedInText.Find(units, image.Rows, image.Columns);

        var (lowest, highest) = Hounsfield.Range(pixels);
        var measure = new SliceMeasure(facts.Rescale!.Slope, facts.Rescale.Intercept, facts.GantryTilt, lowest, highest);
        findings.Add(new IntakeSample(frame.Number, image.Rows, image.Columns, facts.Slice, measure, isMasked ? regions.Count : 0), pixels);
        return regions.Count;
    }
}
