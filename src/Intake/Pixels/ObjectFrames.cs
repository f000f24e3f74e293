using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Pixels;

/// <summary>The next thing that reading an object's frames comes to.</summary>
internal abstract record FrameReading
{
    private FrameReading() { }

    /// <param name="Stored">As the object has it, to be passed on.</param>
    /// <param name="Decoded">What it shows.</param>
    internal sealed record Frame(StoredFrame Stored, DecodedFrame Decoded) : FrameReading;

    /// <summary>There are no more, and the object was whole.</summary>
    internal sealed record End : FrameReading;

    internal sealed record Refused(RefusalCode Code) : FrameReading;
}

/// <summary>
/// An object's frames, decoded one at a time. 1. See how the pixels are described and encoded. 2. Frame by frame: take its bytes from the
/// object, check them against the description, decode. 3. Read the object to its end: only then was it whole.
/// </summary>
internal sealed class ObjectFrames
{
    private readonly DicomObject dicom;
    private readonly StoredFrames stored;
    private readonly FrameDecoder decoder;

    private ObjectFrames(DicomObject dicom, ImagePixels image, Codec codec, string scratch)
    {
        (this.dicom, Image, Codec) = (dicom, image, codec);
        stored = new StoredFrames(dicom, image, codec);
        decoder = new FrameDecoder(image, codec, dicom.Header.TransferSyntax ?? DicomReader.ImplicitLittleEndian, scratch);
    }

    internal ImagePixels Image { get; }

    internal Codec Codec { get; }

    /// <summary>Null, and the code, where there are no frames that are read here.</summary>
    /// <param name="scratch">A file for the decoder, in the sandbox's memory.</param>
    internal static (ObjectFrames? Frames, RefusalCode? Code) Open(DicomObject dicom, string scratch)
    {
        if (dicom.Header.Pixels == PixelDataKind.None)
        {
            return (null, RefusalCode.NoPixels);
        }

        if (Codecs.Of(dicom.Header.TransferSyntax) is not { } codec)
        {
            return (null, RefusalCode.UnsupportedEncoding);
        }

        if (dicom.Header.Pixels == PixelDataKind.Floating)
        {
            return (null, RefusalCode.UnsupportedPixels);
        }

        try
        {
            return ImagePixels.Read(dicom.Header.DataSet) switch
            {
                ImagePixelsReading.Read read => (new ObjectFrames(dicom, read.Image, codec, scratch), null),
                ImagePixelsReading.Refused refused => (null, refused.Code),
                _ => throw new InvalidOperationException("No such reading."),
            };
        }
        catch (DicomException exception)
        {
            return (null, exception.Code);
        }
    }

    internal FrameReading Next()
    {
        try
        {
            if (stored.Next() is { } frame)
            {
                return new FrameReading.Frame(frame, decoder.Decode(frame));
            }
        }
        catch (DicomException exception)
        {
            return new FrameReading.Refused(exception.Code);
        }

        return dicom.Finish() is { } code ? new FrameReading.Refused(code) : new FrameReading.End();
    }
}
