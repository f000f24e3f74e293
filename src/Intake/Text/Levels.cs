using System.Runtime.InteropServices;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake.Text;

/// <summary>A frame as levels in which <see cref="BurnedInText"/> looks.</summary>
internal static class Levels
{
    /// <param name="samples">The frame's samples, as it was decoded.</param>
    /// <param name="facts">What the object says of the frame: of CT, how its samples are told in Hounsfield units.</param>
    internal static short[] Of(ReadOnlySpan<byte> samples, ImagePixels image, DecodedFrame frame, FrameFacts facts)
    {
        if (image.SamplesPerPixel == 1 && facts.Rescale is { } rescale)
        {
            return MemoryMarshal.Cast<byte, short>(Hounsfield.Convert(samples, frame.Form, rescale, facts.Padding)).ToArray();
        }

        var bytes = frame.Form.Bytes == 1 ? samples : default;
        return (image.SamplesPerPixel, frame.Form.Bytes, frame.IsPlanar) switch
        {
            (1, 1, _) => GreyFrames.Of(bytes),
            (1, _, _) => GreyFrames.Of(Unsigned(samples, frame.Form)),
            (_, 1, false) => GreyFrames.OfRgb(bytes),
            (_, 1, true) => GreyFrames.OfRgb(SideBySide(samples)),
            (_, _, var isPlanar) => GreyFrames.OfRgb(isPlanar ? SideBySide(HighBytes(samples, frame.Form)) : HighBytes(samples, frame.Form)),
        };
    }

    /// <summary>Signed samples moved up, so that their order stays.</summary>
    private static ushort[] Unsigned(ReadOnlySpan<byte> samples, PixelForm form)
    {
        var words = MemoryMarshal.Cast<byte, ushort>(samples).ToArray();
        for (var at = 0; at < words.Length; at++)
        {
            words[at] = (ushort)(form.Signed ? words[at] ^ 0x8000 : words[at]);
        }

        return words;
    }

    private static byte[] HighBytes(ReadOnlySpan<byte> samples, PixelForm form)
    {
        var words = MemoryMarshal.Cast<byte, ushort>(samples);
        var bytes = new byte[words.Length];
        for (var at = 0; at < bytes.Length; at++)
        {
            bytes[at] = (byte)(words[at] >> Math.Max(0, form.BitsStored - 8));
        }

        return bytes;
    }

    /// <summary>Planes of three colours as pixels.</summary>
    private static byte[] SideBySide(ReadOnlySpan<byte> planes)
    {
        var pixels = new byte[planes.Length];
        var plane = planes.Length / 3;
        for (var at = 0; at < plane; at++)
        {
            pixels[3 * at] = planes[at];
            pixels[(3 * at) + 1] = planes[plane + at];
            pixels[(3 * at) + 2] = planes[(2 * plane) + at];
        }

        return pixels;
    }
}
