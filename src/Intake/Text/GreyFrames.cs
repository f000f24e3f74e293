namespace Scanlock.Intake.Text;

/// <summary>Brings frames that are not HU to levels in which <see cref="BurnedInText"/> looks: darkest to lightest spans about 1500.</summary>
/// <remarks>That is the span of a lung window, for which the contrasts that text must have are set. Equal levels stay equal.</remarks>
internal static class GreyFrames
{
    private const int Span = 1500;

    // 255 levels of 6.
    private const int ByteStep = (Span / byte.MaxValue) + 1;

    /// <summary>8-bit grey levels.</summary>
    internal static short[] Of(ReadOnlySpan<byte> grey)
    {
        var levels = new short[grey.Length];
        for (var at = 0; at < levels.Length; at++)
        {
            levels[at] = (short)(grey[at] * ByteStep);
        }

        return levels;
    }

    /// <summary>16-bit grey levels, stretched from the least to the greatest.</summary>
    internal static short[] Of(ReadOnlySpan<ushort> grey)
    {
        var (least, greatest) = (ushort.MaxValue, ushort.MinValue);
        foreach (var value in grey)
        {
            (least, greatest) = (Math.Min(least, value), Math.Max(greatest, value));
        }

        var levels = new short[grey.Length];
        for (var at = 0; at < levels.Length; at++)
        {
            levels[at] = (short)((grey[at] - least) * Span / Math.Max(1, greatest - least));
        }

        return levels;
    }

    /// <summary>The luminance of 8-bit RGB, sample by sample beside each other (ITU-R BT.601).</summary>
    internal static short[] OfRgb(ReadOnlySpan<byte> rgb)
    {
        var levels = new short[rgb.Length / 3];
        for (var at = 0; at < levels.Length; at++)
        {
            var pixel = rgb.Slice(at * 3, 3);
            levels[at] = (short)(((pixel[0] * 299) + (pixel[1] * 587) + (pixel[2] * 114)) * ByteStep / 1000);
        }

        return levels;
    }
}
