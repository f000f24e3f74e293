namespace Scanlock.Trainer.Preparing;

/// <summary>
/// Morphological closing with a disc: a ball rolled along the outside of a mask fills every dent it cannot enter. Rows are widened 64
/// pixels at a time.
/// </summary>
internal static class Closing
{
    /// <summary>Outside the image nothing is set, and nothing of the mask is lost.</summary>
    internal static BitImage Close(BitImage mask, int radius) => Dilate(Dilate(mask, radius).Complement(), radius).Complement();

    /// <summary>All pixels within <paramref name="radius"/> of one of the mask.</summary>
    internal static BitImage Dilate(BitImage mask, int radius)
    {
        var result = new BitImage(mask.Rows, mask.Columns);
        var wide = new BitImage(mask.Rows, mask.Columns);
        wide.Unite(mask);
        for (var (reach, width) = (radius, 0); reach >= 0; reach--)
        {
            // The disc is this wide, this far above and below its centre.
            for (var wanted = (int)Math.Sqrt((radius * radius) - (reach * reach)); width < wanted; width++)
            {
                Widen(wide);
            }

            result.UniteShifted(wide, reach);
            result.UniteShifted(wide, -reach);
        }

        // What was pushed beyond the last column.
        return result.Complement().Complement();
    }

    /// <summary>By one pixel to the left and to the right.</summary>
    private static void Widen(BitImage image)
    {
        for (var row = 0; row < image.Rows; row++)
        {
            var words = image.Row(row);
            if (!words.ContainsAnyExcept(0UL))
            {
                continue;
            }

            var before = 0UL;
            for (var i = 0; i < words.Length; i++)
            {
                var word = words[i];
                var after = i + 1 < words.Length ? words[i + 1] << 63 : 0;
                words[i] = word | (word << 1) | (before >> 63) | (word >> 1) | after;
                before = word;
            }
        }
    }
}
