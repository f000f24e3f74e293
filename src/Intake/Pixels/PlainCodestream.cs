namespace Scanlock.Intake.Pixels;

/// <summary>
/// An encoded frame with its image in it and nothing beside: writers put comments, thumbnails and whole headers into code streams, between their
/// parts and behind their end, where no profile of attributes sees them.
/// </summary>
internal static class PlainCodestream
{
    /// <summary>
    /// The same image; null where the frame is not encoded, or holds what is not known either to be needed for decoding or to be without use.
    /// </summary>
    /// <param name="frame">A frame that was decoded.</param>
    internal static byte[]? Of(ReadOnlySpan<byte> frame, ImagePixels image, Codec codec) => codec switch
    {
        Codec.RunLength => RunLength.Cut(frame, image),
        Codec.Jpeg => PlainJpeg.Of(frame, image.SamplesPerPixel, isJpegLs: false),
        Codec.JpegLs => PlainJpeg.Of(frame, image.SamplesPerPixel, isJpegLs: true),
        Codec.Jpeg2000 => PlainJpeg2000.Of(frame),
        _ => null,
    };
}
