using System.Runtime.InteropServices;

namespace Scanlock.Intake.Pixels;

/// <summary>
/// Frames of any kind as grey levels, the higher the brighter. They have no unit and no scale between objects; <see cref="Text.GreyFrames"/> gives
/// them the one in which text is looked for.
/// </summary>
internal static class GreyLevels
{
    /// <summary>
    /// Row by row, a level for each pixel. Of colours the luminance (ITU-R BT.601, 2011, 2.5.1), which in YBR is the first of the three. Null where
    /// samples are numbers of colours in a palette, whose tables nobody here trusts, or are coded in an unknown way.
    /// </summary>
    internal static ushort[]? Of(DecodedFrame frame, ImagePixels image)
    {
        if (image.Photometric is not ("MONOCHROME1" or "MONOCHROME2" or "RGB") && !image.Photometric.StartsWith("YBR_", StringComparison.Ordinal))
        {
            return null;
        }

        var levels = new ushort[image.Rows * image.Columns];
        var (pixelStep, sampleStep) = frame.IsPlanar ? (1, levels.Length) : (image.SamplesPerPixel, 1);
        var isRgb = image is { SamplesPerPixel: 3, Photometric: "RGB" };
        var samples = frame.Samples.Span;
        for (var pixel = 0; pixel < levels.Length; pixel++)
        {
            var first = pixel * pixelStep;
            var level = Level(samples, first, frame.Form);
            levels[pixel] = (ushort)(!isRgb ? level : Luminance(level, Level(samples, first + sampleStep, frame.Form), Level(samples, first + (2 * sampleStep), frame.Form)));
        }

        if (image.Photometric == "MONOCHROME1")
        {
            var brightest = (1 << frame.Form.BitsStored) - 1;
            foreach (ref var level in levels.AsSpan())
            {
                level = (ushort)(brightest - level);
            }
        }

        return levels;
    }

    private static int Luminance(int red, int green, int blue) => ((299 * red) + (587 * green) + (114 * blue)) / 1000;

    /// <summary>The sample, from 0: those with a sign start half their range below it.</summary>
    private static int Level(ReadOnlySpan<byte> samples, int index, PixelForm form)
    {
        var word = form.Bytes == 1 ? samples[index] : MemoryMarshal.Cast<byte, ushort>(samples)[index];
        var range = 1 << form.BitsStored;
        return (word + (form.Signed ? range / 2 : 0)) & (range - 1);
    }
}
