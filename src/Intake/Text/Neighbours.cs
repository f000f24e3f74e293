using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Scanlock.Intake.Text;

/// <summary>Which pixels of an image have exactly the level of a neighbour: drawn strokes have, noise has not.</summary>
internal sealed class Neighbours
{
    private const int LastBit = PixelSet.WordPixels - 1;

    /// <summary>The pixels that equal the next to their right.</summary>
    internal PixelSet Right { get; } = new();

    /// <summary>The pixels that equal one of their 8 neighbours, and those of the image's border, which have fewer.</summary>
    internal PixelSet Any { get; } = new();

    /// <param name="levels">Row by row, and <see cref="PixelSet.WordPixels"/> more, which are read and not told.</param>
    internal void Find(ReadOnlySpan<short> levels, int rows, int columns)
    {
        Right.Resize(rows, columns);
        Any.Resize(rows, columns);
        Any.Words.Clear();
        ref var first = ref MemoryMarshal.GetReference(levels);
        for (var row = 0; row < rows; row++)
        {
            ref var line = ref Unsafe.Add(ref first, row * columns);
            FindRight(ref line, Right.Row(row), Any.Row(row));
            if (row < rows - 1)
            {
                FindBelow(ref line, columns, Any.Row(row), Any.Row(row + 1));
            }

            // The last pixel of a row has none to its right.
            Right.Row(row)[^1] &= ~(1UL << ((columns - 1) % PixelSet.WordPixels));
        }

        Right.Trim();
        KeepBorder(rows, columns);
    }

    private static void FindRight(ref short line, Span<ulong> right, Span<ulong> any)
    {
        var carry = 0UL;
        for (var word = 0; word < right.Length; word++)
        {
            ref var here = ref Unsafe.Add(ref line, word * PixelSet.WordPixels);
            var equal = PixelSet.Equal(ref here, ref Unsafe.Add(ref here, 1));
            right[word] = equal;
            any[word] |= equal | (equal << 1) | carry;
            carry = equal >> LastBit;
        }
    }

    // Of each pair of pixels below each other, straight or aslant, both are marked.
    private static void FindBelow(ref short line, int columns, Span<ulong> any, Span<ulong> below)
    {
        var carry = 0UL;
        for (var word = 0; word < any.Length; word++)
        {
            ref var here = ref Unsafe.Add(ref line, word * PixelSet.WordPixels);
            var left = PixelSet.Equal(ref here, ref Unsafe.Add(ref here, columns - 1));
            var straight = PixelSet.Equal(ref here, ref Unsafe.Add(ref here, columns));
            var right = PixelSet.Equal(ref here, ref Unsafe.Add(ref here, columns + 1));
            any[word] |= left | straight | right;
            below[word] |= straight | (left >> 1) | (right << 1) | carry;
            carry = right >> LastBit;
            if (word > 0)
            {
                below[word - 1] |= left << LastBit;
            }
        }
    }

    private void KeepBorder(int rows, int columns)
    {
        Any.Row(0).Fill(ulong.MaxValue);
        Any.Row(rows - 1).Fill(ulong.MaxValue);
        for (var row = 0; row < rows; row++)
        {
            Any.Row(row)[0] |= 1;
            Any.Row(row)[^1] |= 1UL << ((columns - 1) % PixelSet.WordPixels);
        }

        Any.Trim();
    }
}
