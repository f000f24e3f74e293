using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Masks;
using Scanlock.Intake.Nifti;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake;

/// <summary>What became of one object.</summary>
internal sealed record Judgement(RefusalCode? Refused, QuarantineCode? Quarantined, DeidentificationReport? Report)
{
    internal static Judgement Of(RefusalCode code) => new(code, null, null);
}

/// <summary>
/// Looks at one object as it comes, once and forwards: (1) the header, as far as the pixels; (2) whether it is taken in: kind, sizes, form;
/// (3) frame by frame the pixels: decoded, searched for text, and said, in Hounsfield units and as part of the rendition; (4) whether the
/// object was whole. What is said before the judgement is void where that refuses.
/// </summary>
/// <param name="task">What is wanted.</param>
/// <param name="findings">Where what is found is said.</param>
/// <param name="scratch">A file for the decoder, in the sandbox's memory.</param>
internal sealed class Examination(IntakeTask task, Findings findings, string scratch)
{
    internal Judgement Of(Stream content)
    {
        using var begun = BegunStream.Open(content, NiftiFields.BytesOfOne);
        if (task.Samples && NiftiExamination.IsOne(begun.Start))
        {
            return new NiftiExamination(task, findings).Of(begun.Start, begun);
        }

        switch (DicomReader.Open(begun))
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
        if (task is { Samples: false, Rendition: null })
        {
            return Listed(dicom);
        }

        if (task.Samples && header.IsOfTwoClasses)
        {
            return Judgement.Of(RefusalCode.WrongClass);
        }

        if (task.Masks is { OfVolume: true })
        {
            return Judgement.Of(RefusalCode.NoMask);
        }

        if (task.Samples && MaskObject.Of(header.SopClass) is { } masks)
        {
            return masks(dicom, new MaskFindings(findings, task.Masks), scratch) ?? Whole(dicom, null, null);
        }

        var hasPixels = dicom.Header.Pixels != PixelDataKind.None;
        var admission = task.Samples ? Admission.Judge(header, hasPixels) : Admission.ToBeRendered;
        if (admission.Refused is { } code)
        {
            return Judgement.Of(code);
        }

        // What no sample can be made of is not archived either: a steward can only delete it.
        if (task.Samples && !admission.HasSamples)
        {
            return Whole(dicom, admission.Quarantined, null);
        }

        try
        {
            using var rendition = task.Rendition is { } wanted ? Rendition.Begin(wanted, dicom, findings) : null;
            if (!hasPixels)
            {
                return Whole(dicom, null, rendition?.End());
            }

            var (frames, unread) = ObjectFrames.Open(dicom, scratch);

            // Pixels that cannot be looked at cannot be said to be clean, and cannot be cut into frames to be passed on either.
            return frames is null ? Judgement.Of(unread ?? RefusalCode.Damaged) : Take(frames, header, dicom.Header.DataSet, admission.Quarantined, rendition);
        }
        catch (DicomException exception)
        {
            return Judgement.Of(exception.Code);
        }
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

        return Whole(dicom, null, null);
    }

    private static Judgement Whole(DicomObject dicom, QuarantineCode? quarantine, DeidentificationReport? report) =>
        dicom.Finish() is { } code ? Judgement.Of(code) : new Judgement(null, quarantine, report);

    private Judgement Take(ObjectFrames frames, ObjectHeader header, DicomDataSet data, QuarantineCode? quarantine, Rendition? rendition)
    {
        var (hasHidden, hasMasked) = (false, false);
        while (true)
        {
            switch (frames.Next())
            {
                case FrameReading.Refused refused:
                    return Judgement.Of(refused.Code);
                case FrameReading.Frame frame:
                    var view = FrameView.Of(frames.Image, frame, data);
                    if (task.Samples && !view.HasHounsfield)
                    {
                        return Judgement.Of(RefusalCode.NotHounsfield);
                    }

                    LookForText(view, quarantine is not null);
                    rendition?.Add(frames, view);
                    hasMasked |= view.Text.Count > 0;
                    if (task.Samples)
                    {
                        AddSample(frames.Image, view);
                        hasHidden |= view.Text.Count > 0 && task.Text == BurnedInTextRule.Mask;
                        quarantine ??= view.Text.Count > 0 && task.Text == BurnedInTextRule.Quarantine ? QuarantineCode.BurnedInText : null;
                    }

                    break;
                default:
                    // Text that was announced and not found is there all the same.
                    var isClaimedClean = (task.Samples && !hasHidden) || (task.Rendition is { Options.CleanPixelData: true } && !hasMasked);
                    quarantine ??= header.SaysBurnedIn && isClaimedClean ? QuarantineCode.BurnedInText : null;
                    return new Judgement(null, quarantine, rendition?.End());
            }
        }
    }

    /// <summary>As far as anything depends on it: the search costs more than all else.</summary>
    private void LookForText(FrameView view, bool isQuarantined)
    {
        if (task is { Samples: true, Text: BurnedInTextRule.Mask })
        {
            view.HideText();
        }
        else if (task.Rendition is { Options.CleanPixelData: true })
        {
            view.FindAllText();
        }
        else if (task.Samples && !isQuarantined)
        {
            view.FindText();
        }
    }

    private void AddSample(ImagePixels image, FrameView view)
    {
        var (lowest, highest) = Hounsfield.Range(view.Levels);
        var measure = new SliceMeasure(view.Facts.Rescale!.Slope, view.Facts.Rescale.Intercept, view.Facts.GantryTilt, lowest, highest);
        var hidden = task.Text == BurnedInTextRule.Mask ? view.Text.Count : 0;
        findings.Add(new IntakeSample(view.Decoded.Number, image.Rows, image.Columns, view.Facts.Slice, measure, hidden), view.Levels);
    }
}
