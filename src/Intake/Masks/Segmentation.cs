using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake.Masks;

/// <summary>
/// The frames of a Segmentation (PS3.3 A.51, C.8.20), each a mask of the image it was derived from, or else of the slice of the object's only
/// series that lies where the frame lies. Binary frames are taken bit by bit as they follow each other without padding (PS3.5 8.1.1, annex D); of
/// fractional ones, half the highest value and more is marked.
/// </summary>
internal static class Segmentation
{
    private const int MostBitsPerByte = 8;

    private static readonly DicomTag SegmentationType = new(0x0062, 0x0001);
    private static readonly DicomTag HighestFraction = new(0x0062, 0x000e);
    private static readonly DicomTag Segments = new(0x0062, 0x0002);
    private static readonly DicomTag SegmentNumber = new(0x0062, 0x0004);
    private static readonly DicomTag SegmentLabel = new(0x0062, 0x0005);
    private static readonly DicomTag SegmentIdentification = new(0x0062, 0x000a);
    private static readonly DicomTag ReferencedSegment = new(0x0062, 0x000b);
    private static readonly DicomTag Shared = new(0x5200, 0x9229);
    private static readonly DicomTag PerFrame = new(0x5200, 0x9230);
    private static readonly DicomTag DerivationImages = new(0x0008, 0x9124);
    private static readonly DicomTag SourceImages = new(0x0008, 0x2112);
    private static readonly DicomTag ReferencedSeries = new(0x0008, 0x1115);
    private static readonly DicomTag SeriesUid = new(0x0020, 0x000e);
    private static readonly DicomTag Rows = new(0x0028, 0x0010);
    private static readonly DicomTag Columns = new(0x0028, 0x0011);
    private static readonly DicomTag BitsAllocated = new(0x0028, 0x0100);
    private static readonly DicomTag NumberOfFrames = new(0x0028, 0x0008);

    /// <param name="dicom">The object, its pixels not read yet.</param>
    /// <param name="findings">Where its masks are said.</param>
    /// <param name="scratch">A file for the decoder, in the sandbox's memory.</param>
    /// <exception cref="DicomException">The object contradicts itself, or is not of a form that is read.</exception>
    internal static void Say(DicomObject dicom, MaskFindings findings, string scratch)
    {
        var set = dicom.Header.DataSet;
        var frames = set.Integer(NumberOfFrames);
        if (set.Integer(Rows) is > IntakeProtocol.MaxSide || set.Integer(Columns) is > IntakeProtocol.MaxSide || frames is > DicomBounds.MaxFrames)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        if (set.Integer(Rows) is not ({ } rows and >= 1) || set.Integer(Columns) is not ({ } columns and >= 1) || frames is not >= 1 || set.Items(PerFrame).Count != frames)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        var next = set.Code(SegmentationType) switch
        {
            "BINARY" when set.Integer(BitsAllocated) == 1 => Bits(dicom, rows * columns, frames.Value),
            "FRACTIONAL" when set.Integer(BitsAllocated) == MostBitsPerByte => Fractions(dicom, rows * columns, scratch),
            _ => throw new DicomException(RefusalCode.UnsupportedPixels),
        };
        var series = set.Items(ReferencedSeries) is [var only] ? only.Uid(SeriesUid) : null;
        var wanted = set.Items(Segments).Where(segment => findings.Wants(segment.Text(SegmentLabel))).Select(segment => segment.Integer(SegmentNumber)).OfType<int>().ToHashSet();
        for (var frame = 0; frame < frames; frame++)
        {
            var bitmap = next();
            var groups = set.Items(PerFrame)[frame];
            if ((Segment(groups) ?? (set.Items(Shared) is [var shared] ? Segment(shared) : null)) is not { } segment)
            {
                throw new DicomException(RefusalCode.Damaged);
            }

            if (wanted.Contains(segment))
            {
                var lies = FrameFacts.Of(set, frame, frames.Value).Slice;
                var image = groups.Items(DerivationImages) is [var derivation] && derivation.Items(SourceImages) is [var source] ? ImageReference.Of(source) : null;
                if (image is null && (series is null || lies.Position is null))
                {
                    throw new DicomException(RefusalCode.NoMask);
                }

                findings.Add(image?.Sop, image?.Frame, series, new MaskFacts(MaskForm.Bitmap, rows, columns, lies.Position, lies.Orientation), bitmap);
            }
        }
    }

    private static int? Segment(DicomDataSet groups) => groups.Items(SegmentIdentification) is [var identification] ? identification.Integer(ReferencedSegment) : null;

    private static Func<byte[]> Bits(DicomObject dicom, int pixels, int frames)
    {
        if (dicom.Pixels.IsEncapsulated || dicom.Header.Encoding.BigEndian)
        {
            throw new DicomException(RefusalCode.UnsupportedEncoding);
        }

        if (dicom.Header.Pixels != PixelDataKind.Native || dicom.Pixels.NativeBytesLeft < (((long)pixels * frames) + 7) / 8)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        var (offset, held) = (0, (byte)0);
        return () =>
        {
            // The frame starts in the middle of the byte where the one before it ended.
            var raw = new byte[(offset + pixels + 7) / 8];
            raw[0] = held;
            dicom.Pixels.ReadNative(raw.AsSpan(offset > 0 ? 1 : 0));
            var bitmap = new byte[MaskContent.BitmapBytes(pixels, 1)];
            for (var at = 0; at < bitmap.Length; at++)
            {
                bitmap[at] = (byte)((raw[at] >> offset) | (at + 1 < raw.Length ? raw[at + 1] << (8 - offset) : 0));
            }

            bitmap[^1] &= (byte)(0xff >> ((8 - (pixels % 8)) % 8));
            (offset, held) = ((offset + pixels) % 8, raw[^1]);
            return bitmap;
        };
    }

    private static Func<byte[]> Fractions(DicomObject dicom, int pixels, string scratch)
    {
        var (frames, code) = ObjectFrames.Open(dicom, scratch);
        if (frames is null || frames.Image.SamplesPerPixel != 1)
        {
            throw new DicomException(code ?? RefusalCode.UnsupportedPixels);
        }

        var half = Math.Max(1, (dicom.Header.DataSet.Integer(HighestFraction) ?? byte.MaxValue) / 2.0);
        return () =>
        {
            if (frames.Next() is not FrameReading.Frame { Decoded.Samples: var samples } || samples.Length != pixels)
            {
                throw new DicomException(RefusalCode.Damaged);
            }

            var bitmap = new byte[MaskContent.BitmapBytes(pixels, 1)];
            for (var pixel = 0; pixel < pixels; pixel++)
            {
                if (samples.Span[pixel] >= half)
                {
                    MaskContent.Mark(bitmap, pixel);
                }
            }

            return bitmap;
        };
    }
}
