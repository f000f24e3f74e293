using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Preparing;

/// <summary>
/// Brings a slice of any size into network form: Hounsfield units through the window to [0, 1], then resampled to a square.
/// Resampling is bilinear with a triangle as wide as an input step is large, so that shrinking averages instead of skipping.
/// A mask is resampled likewise; a pixel is in it where at least half of what it averages is.
/// </summary>
internal sealed class SlicePreparation(HuWindow window, int size)
{
    private readonly ConcurrentDictionary<int, Taps> _taps = new();
    private readonly float _black = (float)(window.Center - (window.Width / 2));
    private readonly float _perUnit = (float)(1 / window.Width);

    /// <summary>The part of the image in the box, to size * size values in [0, 1].</summary>
    internal void Prepare(NpyImage image, Box box, Span<float> into)
    {
        var units = MemoryMarshal.Cast<byte, short>(image.Data.Span);
        var row = ArrayPool<float>.Shared.Rent(box.Columns);
        var narrowed = ArrayPool<float>.Shared.Rent(box.Rows * size);
        var across = _taps.GetOrAdd(box.Columns, Taps.For, size);
        for (var y = 0; y < box.Rows; y++)
        {
            Windowed(units.Slice(((box.Top + y) * image.Columns) + box.Left, box.Columns), row);
            across.Apply(row, narrowed.AsSpan(y * size, size));
        }

        _taps.GetOrAdd(box.Rows, Taps.For, size).ApplyToRows(narrowed, size, into);
        ArrayPool<float>.Shared.Return(row);
        ArrayPool<float>.Shared.Return(narrowed);
    }

    /// <summary>The part of a mask in the box, to size * size shares in [0, 1].</summary>
    /// <param name="mask">0 or 1, row by row.</param>
    internal void PrepareMask(ReadOnlySpan<byte> mask, int columns, Box box, Span<float> into)
    {
        var row = ArrayPool<float>.Shared.Rent(box.Columns);
        var narrowed = ArrayPool<float>.Shared.Rent(box.Rows * size);
        var across = _taps.GetOrAdd(box.Columns, Taps.For, size);
        for (var y = 0; y < box.Rows; y++)
        {
            var marks = mask.Slice(((box.Top + y) * columns) + box.Left, box.Columns);
            for (var x = 0; x < marks.Length; x++)
            {
                row[x] = marks[x];
            }

            across.Apply(row, narrowed.AsSpan(y * size, size));
        }

        _taps.GetOrAdd(box.Rows, Taps.For, size).ApplyToRows(narrowed, size, into);
        ArrayPool<float>.Shared.Return(row);
        ArrayPool<float>.Shared.Return(narrowed);
    }

    private void Windowed(ReadOnlySpan<short> units, Span<float> into)
    {
        for (var x = 0; x < units.Length; x++)
        {
            into[x] = Math.Clamp((units[x] - _black) * _perUnit, 0, 1);
        }
    }
}
