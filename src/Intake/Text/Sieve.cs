using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scanlock.Intake.Text;

/// <summary>Takes from an image, before zones are sought in it, what can hold no letters of a layer.</summary>
internal sealed class Sieve
{
    private const int Tile = 32;

    // Of a tile, in percent: letters that fill it cover less; noise and fine texture more, and no letter could be told from them.
    // Noise reaches low thresholds only.
    private const int Busiest = 45;
    private const int BusiestLow = 30;
    private const int Low = 100;

    // Black letters on anything but air are further from the floor than the air's noise.
    private const short OverFloor = 120;

    private readonly Neighbours _neighbours = new();
    private readonly PixelSet _quiet = new();
    private readonly PixelSet _over = new();
    private readonly PixelSet _kept = new();
    private readonly Specks _specks = new();
    private short _floor;
    private int _columns;
    private bool _anyQuiet;

    /// <summary>The pixels that equal the next to their right.</summary>
    internal PixelSet Right => _neighbours.Right;

    /// <summary>Begins with an image.</summary>
    /// <param name="floor">The least level of the image: noise of the air is cut off there, and flat without being drawn.</param>
    internal void Begin(ReadOnlySpan<short> levels, int rows, int columns, short floor)
    {
        (_floor, _columns) = (floor, columns);
        _neighbours.Find(levels, rows, columns);
        _anyQuiet = Quiet.Keep(_neighbours.Right, rows, columns, _quiet);
        _over.Resize(rows, columns);
        _kept.Resize(rows, columns);
    }

    /// <summary>Begins with what stands out of it one way, lighter or darker.</summary>
    internal void Turn() => _over.Fill();

    /// <summary>What may hold letters of a layer; null where nothing is left. After each turn, layers but quiet ones are asked for by rising threshold.</summary>
    internal PixelSet? Keep(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, Layer layer)
    {
        var any = layer.Kind switch
        {
            LayerKind.Quiet => _anyQuiet && Calm(heights, layer.Threshold),
            LayerKind.Flat => _over.Narrow(heights, layer.Threshold) && Flat(levels, heights),
            LayerKind.Sparse => _over.Narrow(heights, layer.Threshold) && Sparse(layer.Threshold < Low ? BusiestLow : Busiest),
            _ => throw new InvalidOperationException($"{layer.Kind} is not a way to look for zones"),
        };
        if (any && layer.Threshold < Low)
        {
            // Noise is found at once; without it, zones are found as fast.
            _specks.TakeFrom(_kept);
        }

        return any ? _kept : null;
    }

    private bool Calm(ReadOnlySpan<short> heights, int threshold)
    {
        _kept.CopyFrom(_quiet);
        return _kept.Narrow(heights, threshold);
    }

    // Pixels that have exactly the level of one of their neighbours, but for what is cut off at the floor.
    private bool Flat(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights)
    {
        var left = 0UL;
        for (var row = 0; row < _kept.Rows; row++)
        {
            var any = _neighbours.Any.Row(row);
            var over = _over.Row(row);
            var kept = _kept.Row(row);
            for (var word = 0; word < kept.Length; word++)
            {
                kept[word] = any[word] & over[word];
            }

            if (_floor != short.MinValue && row > 0 && row < _kept.Rows - 1)
            {
                CutOff(levels[(row * _columns)..], heights[(row * _columns)..], kept);
            }

            foreach (var bits in kept)
            {
                left |= bits;
            }
        }

        return left != 0;
    }

    // The border has too few neighbours to tell, and keeps all.
    private void CutOff(ReadOnlySpan<short> levels, ReadOnlySpan<short> heights, Span<ulong> kept)
    {
        ref var level = ref MemoryMarshal.GetReference(levels);
        ref var height = ref MemoryMarshal.GetReference(heights);
        var (first, last) = (kept[0] & 1, kept[^1] & (1UL << ((_columns - 1) % PixelSet.WordPixels)));
        for (var word = 0; word < kept.Length; word++)
        {
            if (kept[word] != 0)
            {
                var at = word * PixelSet.WordPixels;
                kept[word] &= PixelSet.Above(ref Unsafe.Add(ref height, at), OverFloor - 1) | ~PixelSet.Equal(ref Unsafe.Add(ref level, at), _floor);
            }
        }

        kept[0] |= first;
        kept[^1] |= last;
    }

    // The tiles that are not full of what reaches the threshold.
    private bool Sparse(int busiest)
    {
        _kept.CopyFrom(_over);
        var left = 0UL;
        for (var top = 0; top < _kept.Rows; top += Tile)
        {
            var tall = Math.Min(Tile, _kept.Rows - top);
            for (var word = 0; word < _kept.RowWords; word++)
            {
                left |= Sparse(top, tall, word, busiest);
            }
        }

        return left != 0;
    }

    private ulong Sparse(int top, int tall, int word, int busiest)
    {
        var (low, high, left) = (0, 0, 0UL);
        for (var row = top; row < top + tall; row++)
        {
            var bits = _kept.Row(row)[word];
            low += BitOperations.PopCount((uint)bits);
            high += BitOperations.PopCount((uint)(bits >> Tile));
        }

        var wide = _columns - (word * PixelSet.WordPixels);
        var clears = (IsBusy(low, wide) ? uint.MaxValue : 0) | (IsBusy(high, wide - Tile) ? (ulong)uint.MaxValue << Tile : 0);
        for (var row = top; row < top + tall; row++)
        {
            left |= _kept.Row(row)[word] &= ~clears;
        }

        return left;

        bool IsBusy(int count, int columns) => count * 100 > busiest * tall * Math.Clamp(columns, 0, Tile);
    }
}
