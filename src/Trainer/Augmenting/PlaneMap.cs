using System.Buffers;

namespace Scanlock.Trainer.Augmenting;

/// <summary>
/// For each pixel of a square image, where in the original it comes from. Positions and interpolation are those of PyTorch's
/// <c>grid_sample</c> without aligned corners and with zeros outside.
/// </summary>
internal sealed class PlaneMap : IDisposable
{
    /// <summary>
    /// Of the squared distance between neighbours: a point between four pixels is up to half of it away, and what is elastic skews that.
    /// </summary>
    private const float Reach = 0.75f;

    private readonly int _side;
    private readonly float[] _x;
    private readonly float[] _y;

    /// <param name="affine">2 x 3: from output to input positions, both from -1 to 1 across the image.</param>
    internal PlaneMap(int side, ReadOnlySpan<float> affine)
    {
        _side = side;
        _x = ArrayPool<float>.Shared.Rent(side * side);
        _y = ArrayPool<float>.Shared.Rent(side * side);
        var (half, step) = (side / 2f, 2f / side);
        for (var row = 0; row < side; row++)
        {
            var v = ((row + 0.5f) * step) - 1;
            for (var column = 0; column < side; column++)
            {
                var u = ((column + 0.5f) * step) - 1;
                _x[(row * side) + column] = (((affine[0] * u) + (affine[1] * v) + affine[2] + 1) * half) - 0.5f;
                _y[(row * side) + column] = (((affine[3] * u) + (affine[4] * v) + affine[5] + 1) * half) - 0.5f;
            }
        }
    }

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_x);
        ArrayPool<float>.Shared.Return(_y);
    }

    /// <summary>Adds a smooth random displacement.</summary>
    /// <param name="amplitude">Longest displacement along an axis, pixels.</param>
    internal void Displace(DeterministicRandom random, float amplitude)
    {
        ElasticField.Add(random, _side, amplitude, _x);
        ElasticField.Add(random, _side, amplitude, _y);
    }

    internal void Bilinear(ReadOnlySpan<float> image, Span<float> into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            var (x, y) = (_x[i], _y[i]);
            var (left, top) = (MathF.Floor(x), MathF.Floor(y));
            var (column, row) = ((int)left, (int)top);
            var (right, below) = (x - left, y - top);
            if ((uint)column < _side - 1 && (uint)row < _side - 1)
            {
                var at = image.Slice((row * _side) + column, _side + 2);
                into[i] = Mix(Mix(at[0], at[1], right), Mix(at[_side], at[_side + 1], right), below);
            }
            else
            {
                into[i] = Mix(
                    Mix(At(image, row, column), At(image, row, column + 1), right),
                    Mix(At(image, row + 1, column), At(image, row + 1, column + 1), right),
                    below);
            }
        }
    }

    internal void Nearest(ReadOnlySpan<byte> mask, Span<byte> into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            var (column, row) = ((int)MathF.Round(_x[i]), (int)MathF.Round(_y[i]));
            into[i] = (uint)column < _side && (uint)row < _side ? mask[(row * _side) + column] : (byte)0;
        }
    }

    /// <summary>
    /// Each mark to the one pixel that comes from nearest to it, however the map stretches or shrinks; one that leaves the image is gone.
    /// Of two marks at one pixel the larger one stays.
    /// </summary>
    internal void Points(ReadOnlySpan<byte> marks, Span<byte> into)
    {
        into.Clear();
        for (var i = 0; i < marks.Length; i++)
        {
            if (marks[i] > 0 && PixelOf(i % _side, i / _side, into.Length) is { } pixel)
            {
                into[pixel] = Math.Max(into[pixel], marks[i]);
            }
        }
    }

    private int? PixelOf(int column, int row, int pixels)
    {
        var (nearest, least) = (0, float.MaxValue);
        for (var i = 0; i < pixels; i++)
        {
            if (Distance(i, column, row) is var distance && distance < least)
            {
                (nearest, least) = (i, distance);
            }
        }

        var beside = nearest % _side == 0 ? nearest + 1 : nearest - 1;
        return least <= Reach * Distance(beside, _x[nearest], _y[nearest]) ? nearest : null;
    }

    /// <summary>Squared, of where a pixel comes from to a place in the original.</summary>
    private float Distance(int pixel, float x, float y) => ((_x[pixel] - x) * (_x[pixel] - x)) + ((_y[pixel] - y) * (_y[pixel] - y));

    private static float Mix(float from, float to, float share) => from + ((to - from) * share);

    private float At(ReadOnlySpan<float> image, int row, int column) =>
        (uint)column < _side && (uint)row < _side ? image[(row * _side) + column] : 0;
}
