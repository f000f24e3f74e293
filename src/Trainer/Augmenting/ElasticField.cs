using System.Buffers;

namespace Scanlock.Trainer.Augmenting;

/// <summary>
/// Elastic distortion as of Simard, Steinkraus and Platt (ICDAR 2003): uniform noise, smoothed by a Gaussian, then brought to a given
/// amplitude. Here noise is drawn at one in <see cref="Knots"/> of the side and smoothed by the cubic B-spline between these points,
/// which is a Gaussian to within a few per cent (standard deviation 0.58 of their distance), at a fraction of the work.
/// </summary>
internal static class ElasticField
{
    /// <summary>Distances between points of noise along a side.</summary>
    internal const int Knots = 8;

    private const int Grid = Knots + 3;

    /// <summary>Adds one component of the displacement.</summary>
    /// <param name="amplitude">Of the noise before smoothing, pixels; no displacement is longer.</param>
    /// <param name="positions">Side * side values.</param>
    internal static void Add(DeterministicRandom random, int side, float amplitude, Span<float> positions)
    {
        Span<float> noise = stackalloc float[Grid * Grid];
        foreach (ref var value in noise)
        {
            value = (float)random.NextWithin(amplitude);
        }

        // Across first: each row of noise becomes a whole row of the image.
        var rows = ArrayPool<float>.Shared.Rent(Grid * side);
        Span<float> weights = stackalloc float[4];
        for (var x = 0; x < side; x++)
        {
            var first = Spline(x, side, weights);
            for (var k = 0; k < Grid; k++)
            {
                var from = noise.Slice((k * Grid) + first, 4);
                rows[(k * side) + x] = (from[0] * weights[0]) + (from[1] * weights[1]) + (from[2] * weights[2]) + (from[3] * weights[3]);
            }
        }

        for (var y = 0; y < side; y++)
        {
            var first = Spline(y, side, weights);
            for (var x = 0; x < side; x++)
            {
                positions[(y * side) + x] += (rows[(first * side) + x] * weights[0]) + (rows[((first + 1) * side) + x] * weights[1])
                    + (rows[((first + 2) * side) + x] * weights[2]) + (rows[((first + 3) * side) + x] * weights[3]);
            }
        }

        ArrayPool<float>.Shared.Return(rows);
    }

    /// <summary>The uniform cubic B-spline: the four weights at a position, none negative, which add up to 1, and the first knot they are for.</summary>
    private static int Spline(int position, int side, Span<float> weights)
    {
        var at = (position + 0.5f) * Knots / side;
        var first = Math.Min((int)at, Knots - 1);
        var t = at - first;
        var rest = 1 - t;
        weights[0] = rest * rest * rest / 6;
        weights[1] = ((3 * t * t * t) - (6 * t * t) + 4) / 6;
        weights[2] = ((-3 * t * t * t) + (3 * t * t) + (3 * t) + 1) / 6;
        weights[3] = t * t * t / 6;
        return first;
    }
}
