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
/// An object de-identified: its header by the profile, and where the options ask for it its pixels too (PS3.15 E.3.1). A single frame in which
/// nothing had to be masked stays encoded, without what its encoder wrote beside the image; every other is written natively, for how an object is
/// encoded is said before its frames are seen. It takes the frames one by one and says its bytes as they are written.
/// </summary>
internal sealed class Rendition : IDisposable
{
    private readonly DeidentificationOptions options;
    private readonly DicomHeader header;
    private readonly DicomDataSet data;
    private readonly DeidentificationReport report;
    private readonly RenditionStream output;
    private readonly DicomWriter writer;
    private bool hasBegun;
    private bool isEncoded;
    private int masked;

    private Rendition(DeidentificationOptions options, DicomHeader header, DicomDataSet data, DeidentificationReport report, Findings findings)
    {
        (this.options, this.header, this.data, this.report) = (options, header, data, report);
        output = new RenditionStream(findings);
        writer = new DicomWriter(output);
    }

    /// <exception cref="DicomException">The header cannot be de-identified.</exception>
    internal static Rendition Begin(RenditionTask task, DicomObject dicom, Findings findings)
    {
        var (data, report) = new Deidentifier(task.Options, Base64Url.DecodeFromChars(task.Key))
            .Deidentify(dicom.Header.DataSet, dicom.Header.Pixels != PixelDataKind.None);
        return new Rendition(task.Options, dicom.Header, data, report, findings);
    }

    /// <summary>Writes the next frame, without the text that was found in it where the options ask for that.</summary>
    internal void Add(ObjectFrames frames, FrameView view)
    {
        if (!hasBegun)
        {
            hasBegun = true;
            BeginPixels(frames, view);
        }

        masked += options.CleanPixelData ? view.Text.Count : 0;
        if (!isEncoded)
        {
            writer.WritePixels(Cleaned(frames.Image, view));
        }
    }

    /// <summary>Ends it, and says what was done.</summary>
    internal DeidentificationReport End()
    {
        if (!hasBegun)
        {
            writer.WriteHeader(data, DicomReader.ExplicitLittleEndian);
        }

        writer.End();
        return report with { MaskedRegions = masked };
    }

    public void Dispose() => output.Dispose();

    private void BeginPixels(ObjectFrames frames, FrameView first)
    {
        // The tables of places in them are for the fragments that were.
        data.Remove(DicomTags.ExtendedOffsetTable);
        data.Remove(DicomTags.ExtendedOffsetTableLengths);
        if (Encoded(frames, first) is { } encoded)
        {
            isEncoded = true;
            writer.WriteHeader(data, header.TransferSyntax!);
            writer.BeginEncapsulatedPixels();
            writer.WriteFragment([]);
            writer.WriteFragment(encoded);
            return;
        }

        var bytes = (long)first.Decoded.Samples.Length * frames.Image.Frames;
        if (bytes >= uint.MaxValue)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        // Some codecs say 16 bits whatever was stored; what the header says stays true where it is.
        var isTrue = frames.Image.Frames == 1 && Holds(frames.Image.Form, first.Decoded.Form, Cleaned(frames.Image, first));
        Describe(frames.Image, isTrue ? first.Decoded with { Form = frames.Image.Form } : first.Decoded);
        writer.WriteHeader(data, DicomReader.ExplicitLittleEndian);
        writer.BeginNativePixels(bytes, first.Decoded.Form.BitsAllocated);
    }

    /// <summary>The only frame as it stays encoded; null where it cannot, or where samples have more in them than the header says.</summary>
    private byte[]? Encoded(ObjectFrames frames, FrameView view)
    {
        var isClean = frames.Image.Frames == 1 && (!options.CleanPixelData || view.Text.Count == 0);
        return isClean && frames.Codec != Codec.Native && Holds(frames.Image.Form, view.Decoded.Form, view.Decoded.Samples.Span)
            ? PlainCodestream.Of(view.Stored.Whole().Span, frames.Image, frames.Codec)
            : null;
    }

    private ReadOnlySpan<byte> Cleaned(ImagePixels image, FrameView view)
    {
        var cleared = UnusedBits.Clear(view.Decoded.Samples.Span, view.Decoded.Form);
        if (!options.CleanPixelData || view.Text.Count == 0)
        {
            return cleared;
        }

        var samples = cleared.ToArray();
        foreach (var region in view.Text)
        {
            Mask(samples, image, view.Decoded, region);
        }

        return samples;
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
    private void Describe(ImagePixels image, DecodedFrame frame)
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
