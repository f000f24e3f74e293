using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Deidentification;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.Intake.Text;

namespace Scanlock.Intake;

/// <summary>
/// An object de-identified: its header by the profile, and where the options ask for it its pixels too (PS3.15 E.3.1). Pixels in which nothing
/// had to be masked stay as they were encoded; a masked frame is written natively, and so is every object of several frames whose pixels are
/// to be cleaned, for its encoding is said before its frames are seen.
/// </summary>
internal sealed class Rendition(RenditionTask task, Findings findings, string scratch)
{
    private DicomDataSet original = new();
    private int masked;

    internal Judgement Of(DicomObject dicom)
    {
        original = dicom.Header.DataSet;
        var (data, report) = new Deidentifier(task.Options, Base64Url.DecodeFromChars(task.Key)).Deidentify(original);
        using var output = new RenditionStream(findings);
        var writer = new DicomWriter(output);
        try
        {
            var refused = dicom.Header.Pixels == PixelDataKind.None ? WithoutPixels(dicom, data, writer) : WithPixels(dicom, data, writer);
            return refused is { } code ? Judgement.Of(code) : new Judgement(null, null, report with { MaskedRegions = masked });
        }
        catch (DicomException exception)
        {
            return Judgement.Of(exception.Code);
        }
    }

    private static RefusalCode? WithoutPixels(DicomObject dicom, DicomDataSet data, DicomWriter writer)
    {
        writer.WriteHeader(data, DicomReader.ExplicitLittleEndian);
        writer.End();
        return dicom.Finish();
    }

    private RefusalCode? WithPixels(DicomObject dicom, DicomDataSet data, DicomWriter writer)
    {
        var (frames, unread) = ObjectFrames.Open(dicom, scratch);
        if (frames is null)
        {
            // Pixels that cannot be looked at cannot be said to be clean, and cannot be cut into frames to be passed on either.
            return unread ?? RefusalCode.Damaged;
        }

        var isEncapsulated = dicom.Header.Pixels == PixelDataKind.Encapsulated;
        var refused = !task.Options.CleanPixelData && isEncapsulated ? PassOn(dicom, frames, data, writer)
            : isEncapsulated && frames.Image.Frames == 1 ? CleanSingle(dicom, frames, data, writer)
            : WriteNatively(frames, data, writer);
        if (refused is null)
        {
            writer.End();
        }

        return refused;
    }

    /// <summary>Every frame as it is encoded.</summary>
    private static RefusalCode? PassOn(DicomObject dicom, ObjectFrames frames, DicomDataSet data, DicomWriter writer)
    {
        writer.WriteHeader(data, dicom.Header.TransferSyntax!);
        writer.BeginEncapsulatedPixels();
        writer.WriteFragment(frames.OffsetTable.Span);
        while (true)
        {
            switch (frames.Next())
            {
                case FrameReading.Frame { Stored: var stored }:
                    WriteFragments(stored, writer);
                    break;
                case FrameReading.Refused refused:
                    return refused.Code;
                default:
                    return null;
            }
        }
    }

    private RefusalCode? CleanSingle(DicomObject dicom, ObjectFrames frames, DicomDataSet data, DicomWriter writer)
    {
        if (frames.Next() is not FrameReading.Frame frame)
        {
            return RefusalCode.Damaged;
        }

        var samples = frame.Decoded.Samples.ToArray();
        if (Clean(samples, frames.Image, frame.Decoded) == 0)
        {
            writer.WriteHeader(data, dicom.Header.TransferSyntax!);
            writer.BeginEncapsulatedPixels();
            writer.WriteFragment(frames.OffsetTable.Span);
            WriteFragments(frame.Stored, writer);
        }
        else
        {
            // Some codecs say 16 bits whatever was stored; what the header says stays true where it is.
            var form = Holds(frames.Image.Form, frame.Decoded.Form, samples) ? frames.Image.Form : frame.Decoded.Form;
            Describe(data, frames.Image, frame.Decoded with { Form = form });
            writer.WriteHeader(data, DicomReader.ExplicitLittleEndian);
            writer.BeginNativePixels(samples.Length, frame.Decoded.Form.BitsAllocated);
            writer.WritePixels(samples);
        }

        return frames.Next() is FrameReading.Refused refused ? refused.Code : null;
    }

    private RefusalCode? WriteNatively(ObjectFrames frames, DicomDataSet data, DicomWriter writer)
    {
        for (var isFirst = true; ; isFirst = false)
        {
            switch (frames.Next())
            {
                case FrameReading.Frame { Decoded: var frame }:
                    var samples = frame.Samples.ToArray();
                    if (isFirst)
                    {
                        Describe(data, frames.Image, frame);
                        writer.WriteHeader(data, DicomReader.ExplicitLittleEndian);
                        writer.BeginNativePixels((long)samples.Length * frames.Image.Frames, frame.Form.BitsAllocated);
                    }

                    Clean(samples, frames.Image, frame);
                    writer.WritePixels(samples);
                    break;
                case FrameReading.Refused refused:
                    return refused.Code;
                default:
                    return isFirst ? RefusalCode.Damaged : null;
            }
        }
    }

    private static void WriteFragments(StoredFrame frame, DicomWriter writer)
    {
        foreach (var part in frame.Parts)
        {
            writer.WriteFragment(part.Span);
        }
    }

    /// <summary>Whether samples that were decoded in one form are also in another of the same words.</summary>
    private static bool Holds(PixelForm form, PixelForm decoded, ReadOnlySpan<byte> samples)
    {
        if (!form.IsReadable || form.Bytes != decoded.Bytes || form.Signed != decoded.Signed)
        {
            return false;
        }

        var (least, most) = form.Signed ? (-(1 << (form.BitsStored - 1)), (1 << (form.BitsStored - 1)) - 1) : (0, (1 << form.BitsStored) - 1);
        for (var at = 0; at + form.Bytes <= samples.Length; at += form.Bytes)
        {
            int sample = (form.Bytes, form.Signed) switch
            {
                (1, true) => (sbyte)samples[at],
                (1, false) => samples[at],
                (_, true) => BinaryPrimitives.ReadInt16LittleEndian(samples[at..]),
                _ => BinaryPrimitives.ReadUInt16LittleEndian(samples[at..]),
            };
            if (sample < least || sample > most)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Says how the samples lie that are written natively.</summary>
    private static void Describe(DicomDataSet data, ImagePixels image, DecodedFrame frame)
    {
        data.Set(Word(0x0100, frame.Form.BitsAllocated));
        data.Set(Word(0x0101, frame.Form.BitsStored));
        data.Set(Word(0x0102, frame.Form.HighBit));
        data.Set(Word(0x0103, frame.Form.Signed ? 1 : 0));
        if (image.SamplesPerPixel > 1)
        {
            data.Set(Word(0x0006, frame.IsPlanar ? 1 : 0));
            if (image.Photometric.StartsWith("YBR", StringComparison.Ordinal) && image.Photometric != "YBR_FULL")
            {
                // Decoding has turned the subsampled and the reversible colours into these.
                data.Set(new DicomValue(new DicomTag(0x0028, 0x0004), "CS", "RGB "u8.ToArray()));
            }
        }
    }

    private static DicomValue Word(ushort element, int value)
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value);
        return new DicomValue(new DicomTag(0x0028, element), "US", bytes);
    }

    /// <summary>Masks what text is found, where the options ask for it. How many regions were masked.</summary>
    private int Clean(byte[] samples, ImagePixels image, DecodedFrame frame)
    {
        if (!task.Options.CleanPixelData)
        {
            return 0;
        }

        var levels = LevelsOf(image, frame);
        var regions = BurnedInText.Hide(levels, image.Rows, image.Columns);
        foreach (var region in regions)
        {
            Mask(samples, image, frame, region);
        }

        masked += regions.Count;
        return regions.Count;
    }

    /// <summary>The frame as levels in which text is looked for: Hounsfield units where it has them.</summary>
    /// <exception cref="DicomException">What its samples look like cannot be said.</exception>
    private short[] LevelsOf(ImagePixels image, DecodedFrame frame)
    {
        var facts = FrameFacts.Of(original, frame.Number, image.Frames);
        return image.SamplesPerPixel == 1 && facts.Rescale is { } rescale
            ? MemoryMarshal.Cast<byte, short>(Hounsfield.Convert(frame.Samples.Span, frame.Form, rescale, facts.Padding)).ToArray()
            : GreyFrames.Of(GreyLevels.Of(frame, image) ?? throw new DicomException(RefusalCode.UnsupportedPixels));
    }

    private static void Mask(byte[] samples, ImagePixels image, DecodedFrame frame, TextRegion region)
    {
        var planes = frame.IsPlanar ? image.SamplesPerPixel : 1;
        var beside = frame.IsPlanar ? 1 : image.SamplesPerPixel;
        var plane = samples.Length / planes;
        for (var start = 0; start < samples.Length; start += plane)
        {
            var bytes = samples.AsSpan(start, plane);
            if (frame.Form.Bytes == 1)
            {
                BurnedInText.Mask(bytes, image.Rows, image.Columns, region, beside);
            }
            else if (frame.Form.Signed)
            {
                BurnedInText.Mask(MemoryMarshal.Cast<byte, short>(bytes), image.Rows, image.Columns, region, beside);
            }
            else
            {
                BurnedInText.Mask(MemoryMarshal.Cast<byte, ushort>(bytes), image.Rows, image.Columns, region, beside);
            }
        }
    }
}
