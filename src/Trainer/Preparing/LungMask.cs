using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Scanlock.Trainer.Preparing;

/// <summary>
/// Where the lungs are in an axial slice, after Hu, Hoffman and Reinhardt (IEEE Transactions on Medical Imaging 20(6), 2001), slice by
/// slice: (1) a threshold half way between the mean of what is darker and the mean of what is lighter, iterated until it stands;
/// (2) of the dark parts, those along the edge of the image are air around the patient; (3) of the rest the largest is lung, and the
/// second if it is not much smaller, which leaves out windpipe and bowel. Then (4) a ball is rolled along each lung's border, as of
/// Armato and Sensakovic (Academic Radiology 11(9), 2004), so that vessels and lesions at the wall belong to the lung, and (5) holes are
/// filled: vessels and lesions inside.
/// </summary>
internal static class LungMask
{
    /// <summary>The threshold is looked for between fat and lung.</summary>
    private const int LowestThreshold = -600;
    private const int HighestThreshold = -300;

    private const int LowestUnit = -1024;
    private const int Units = 2048;

    /// <summary>Of the larger lung, what the other must have.</summary>
    private const double LeastShare = 0.1;

    /// <summary>Of its box, what a lung that reaches the edge must fill.</summary>
    private const double LeastFill = 0.33;

    /// <summary>The ball's radius over the image's side: 10 pixels, some 7 mm, of 512.</summary>
    private const double BallShare = 0.02;

    /// <param name="units">Hounsfield units, row by row.</param>
    internal static BitImage Of(ReadOnlySpan<short> units, int rows, int columns)
    {
        var air = Below(units, rows, columns, Threshold(units));
        var parts = new Components(air, diagonal: false);
        var lungs = parts.All.Where(p => !IsOutside(p)).OrderByDescending(p => p.Area).ThenBy(p => p.Number).Take(2).ToArray();
        var mask = new BitImage(rows, columns);
        var radius = (int)Math.Round(BallShare * Math.Max(rows, columns));
        foreach (var lung in lungs.Where(l => l.Area >= LeastShare * lungs[0].Area))
        {
            // Each by itself: what lies between two lungs is neither a dent nor a hole.
            var one = new BitImage(rows, columns);
            parts.Draw(p => p == lung, one);
            one = Closing.Close(one, radius);
            new Components(one.Complement(), diagonal: true).Draw(p => p.AtEdge == 0, one);
            mask.Unite(one);
        }

        return mask;
    }

    /// <summary>Hounsfield units that tell air from tissue in this slice.</summary>
    internal static int Threshold(ReadOnlySpan<short> units)
    {
        var histogram = new int[Units];
        foreach (var unit in units)
        {
            histogram[Math.Clamp(unit - LowestUnit, 0, Units - 1)]++;
        }

        var threshold = (LowestThreshold + HighestThreshold) / 2;
        for (var previous = int.MinValue; threshold != previous;)
        {
            previous = threshold;
            var middle = (Mean(histogram, 0, threshold - LowestUnit) + Mean(histogram, threshold - LowestUnit, Units)) / 2;
            threshold = Math.Clamp((int)Math.Round(middle) + LowestUnit, LowestThreshold, HighestThreshold);
        }

        return threshold;
    }

    /// <summary>
    /// Hu and others drop whatever reaches the edge; a narrow field of view can cut into a lung, though. Half a disc that stands on the
    /// edge has 1.6 times the root of its area there, a quarter of one in a corner 2.3 times: air around a patient has more than twice,
    /// a lung less. A couch that curves from one side to the other has little, but fills little of its box.
    /// </summary>
    private static bool IsOutside(Component part) =>
        part.AtEdge > 2 * Math.Sqrt(part.Area) || (part.AtEdge > 0 && part.Area < LeastFill * part.Bounds.Rows * part.Bounds.Columns);

    private static double Mean(int[] histogram, int begin, int end)
    {
        var (count, sum) = (0L, 0L);
        for (var i = begin; i < end; i++)
        {
            count += histogram[i];
            sum += (long)histogram[i] * i;
        }

        return count == 0 ? (begin + end) / 2.0 : (double)sum / count;
    }

    private static BitImage Below(ReadOnlySpan<short> units, int rows, int columns, int threshold)
    {
        var below = new BitImage(rows, columns);
        for (var row = 0; row < rows; row++)
        {
            var line = units.Slice(row * columns, columns);
            var words = below.Row(row);
            var limit = Vector256.Create((short)threshold);
            var column = 0;
            for (; column <= columns - 32; column += 32)
            {
                var from = MemoryMarshal.Cast<short, Vector256<short>>(line.Slice(column, 32));
                var marks = Vector256.Narrow(Vector256.LessThan(from[0], limit), Vector256.LessThan(from[1], limit));
                words[column / 64] |= (ulong)marks.ExtractMostSignificantBits() << (column % 64);
            }

            for (; column < columns; column++)
            {
                words[column / 64] |= (line[column] < threshold ? 1UL : 0) << (column % 64);
            }
        }

        return below;
    }
}
