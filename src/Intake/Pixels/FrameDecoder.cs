using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Pixels;

/// <summary>One frame's samples.</summary>
/// <param name="Samples">Little endian, row by row; of native pixels overwritten by the next frame.</param>
/// <param name="Form">How they lie in their words; a codec knows better than the header.</param>
/// <param name="IsPlanar">Of colours, whether each has a plane of its own.</param>
internal sealed record DecodedFrame(int Number, ReadOnlyMemory<byte> Samples, PixelForm Form, bool IsPlanar);

/// <summary>
/// Decodes frames: native and run-length encoded ones here, the others by GDCM. Ends with a <see cref="DicomException"/> where a frame is not what the object says.
/// </summary>
/// <param name="scratch">A file for GDCM.</param>
internal sealed class FrameDecoder(ImagePixels image, Codec codec, string transferSyntax, string scratch)
{
    private GdcmDecoder? gdcm;

    internal DecodedFrame Decode(StoredFrame frame)
    {
        if (codec == Codec.Native)
        {
            return new DecodedFrame(frame.Number, frame.Parts[0], image.Form, image.IsPlanar);
        }

        var encoded = frame.Whole();
        if (codec == Codec.RunLength)
        {
            return new DecodedFrame(frame.Number, RunLength.Decode(encoded.Span, image), image.Form, IsPlanar: false);
        }

        Codestream.Check(encoded.Span, image, codec);
        return (gdcm ??= new GdcmDecoder(image, transferSyntax, scratch)).Decode(frame.Number, encoded.Span);
    }
}
