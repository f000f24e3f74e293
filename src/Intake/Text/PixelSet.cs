using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Scanlock.Intake.Text;

/// <summary>A set of an image's pixels, a bit each: row by row from the lowest bit, each row from a word of its own.</summary>
internal sealed class PixelSet
{
    /// <summary>The pixels of a word.</summary>
    internal const int WordPixels = 64;

    private ulong[] _words = [];

    internal int Rows { get; private set; }

    /// <summary>Words of a row.</summary>
    internal int RowWords { get; private set; }

    private int _columns;

    internal Span<ulong> Words => _words.AsSpan(0, Rows * RowWords);

    internal Span<ulong> Row(int row) => _words.AsSpan(row * RowWords, RowWords);

    /// <summary>Takes an image's size; what is in the set is not said.</summary>
    internal void Resize(int rows, int columns)
    {
        (Rows, _columns, RowWords) = (rows, columns, (columns + WordPixels - 1) / WordPixels);
        if (_words.Length < rows * RowWords)
        {
            _words = new ulong[rows * RowWords];
        }
    }

    /// <summary>Puts all pixels of the image in.</summary>
    internal void Fill()
    {
        Words.Fill(ulong.MaxValue);
        Trim();
    }

    /// <summary>Takes the bits out that stand for no pixel.</summary>
    internal void Trim()
    {
        if (_columns % WordPixels != 0)
        {
            for (var last = RowWords - 1; last < Rows * RowWords; last += RowWords)
            {
                _words[last] &= (1UL << (_columns % WordPixels)) - 1;
            }
        }
    }

    internal void CopyFrom(PixelSet other) => other.Words.CopyTo(Words);

    /// <summary>Keeps the pixels that reach a threshold.</summary>
    /// <param name="heights">Row by row, and <see cref="WordPixels"/> more, which are read and not told.</param>
    /// <returns>Whether any is left.</returns>
    internal bool Narrow(ReadOnlySpan<short> heights, int threshold)
    {
        ref var first = ref MemoryMarshal.GetReference(heights);
        var left = 0UL;
        for (var row = 0; row < Rows; row++)
        {
            var words = Row(row);
            for (var word = 0; word < words.Length; word++)
            {
                if (words[word] != 0)
                {
                    words[word] &= Above(ref Unsafe.Add(ref first, (row * _columns) + (word * WordPixels)), (short)(threshold - 1));
                    left |= words[word];
                }
            }
        }

        return left != 0;
    }

    /// <summary>Which of 64 neighbouring values are greater than another.</summary>
    internal static ulong Above(ref short first, short below)
    {
        var least = Vector256.Create(below);
        return Bits(
            Vector256.GreaterThan(Vector256.LoadUnsafe(ref first), least), Vector256.GreaterThan(Vector256.LoadUnsafe(ref first, 16), least),
            Vector256.GreaterThan(Vector256.LoadUnsafe(ref first, 32), least), Vector256.GreaterThan(Vector256.LoadUnsafe(ref first, 48), least));
    }

    /// <summary>Which of 64 neighbouring values have a level.</summary>
    internal static ulong Equal(ref short first, short level)
    {
        var other = Vector256.Create(level);
        return Bits(
            Vector256.Equals(Vector256.LoadUnsafe(ref first), other), Vector256.Equals(Vector256.LoadUnsafe(ref first, 16), other),
            Vector256.Equals(Vector256.LoadUnsafe(ref first, 32), other), Vector256.Equals(Vector256.LoadUnsafe(ref first, 48), other));
    }

    /// <summary>Which of 64 neighbouring values equal 64 others.</summary>
    internal static ulong Equal(ref short first, ref short second) => Bits(
        Vector256.Equals(Vector256.LoadUnsafe(ref first), Vector256.LoadUnsafe(ref second)),
        Vector256.Equals(Vector256.LoadUnsafe(ref first, 16), Vector256.LoadUnsafe(ref second, 16)),
        Vector256.Equals(Vector256.LoadUnsafe(ref first, 32), Vector256.LoadUnsafe(ref second, 32)),
        Vector256.Equals(Vector256.LoadUnsafe(ref first, 48), Vector256.LoadUnsafe(ref second, 48)));

    private static ulong Bits(Vector256<short> first, Vector256<short> second, Vector256<short> third, Vector256<short> last) =>
        Vector256.Narrow(first, second).ExtractMostSignificantBits() | ((ulong)Vector256.Narrow(third, last).ExtractMostSignificantBits() << 32);
}
