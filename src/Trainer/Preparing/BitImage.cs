using System.Numerics;

namespace Scanlock.Trainer.Preparing;

/// <summary>A mask with one bit for each pixel, so that 64 pixels are united, shifted or counted at once.</summary>
internal sealed class BitImage
{
    private const int WordBits = 64;

    private readonly ulong[] _words;

    internal BitImage(int rows, int columns)
    {
        (Rows, Columns, Stride) = (rows, columns, (columns + WordBits - 1) / WordBits);
        _words = new ulong[rows * Stride];
    }

    internal int Rows { get; }

    internal int Columns { get; }

    /// <summary>Words in a row; the bits beyond the last column are 0.</summary>
    internal int Stride { get; }

    internal int Count()
    {
        var count = 0;
        foreach (var word in _words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    internal Span<ulong> Row(int row) => _words.AsSpan(row * Stride, Stride);

    internal bool Get(int row, int column) => ((_words[(row * Stride) + (column / WordBits)] >> (column % WordBits)) & 1) != 0;

    /// <summary>Sets the columns from <paramref name="begin"/> to before <paramref name="end"/>.</summary>
    internal void Set(int row, int begin, int end)
    {
        var words = Row(row);
        for (var word = begin / WordBits; word * WordBits < end; word++)
        {
            var from = Math.Max(begin - (word * WordBits), 0);
            var count = Math.Min(end - (word * WordBits), WordBits) - from;
            words[word] |= (count == WordBits ? ulong.MaxValue : (1UL << count) - 1) << from;
        }
    }

    internal void Unite(BitImage other) => UniteShifted(other, 0);

    /// <summary>Adds another mask, moved down by so many rows; what leaves the image is lost.</summary>
    internal void UniteShifted(BitImage other, int rows)
    {
        var (above, below) = (Math.Clamp(-rows, 0, Rows), Math.Clamp(rows, 0, Rows));
        var from = other._words.AsSpan(above * Stride, (Rows - above - below) * Stride);
        var into = _words.AsSpan(below * Stride, from.Length);
        var i = 0;
        for (; i <= from.Length - Vector<ulong>.Count; i += Vector<ulong>.Count)
        {
            (new Vector<ulong>(from[i..]) | new Vector<ulong>(into[i..])).CopyTo(into[i..]);
        }

        for (; i < from.Length; i++)
        {
            into[i] |= from[i];
        }
    }

    /// <summary>The pixels that are not in it.</summary>
    internal BitImage Complement()
    {
        var result = new BitImage(Rows, Columns);
        var last = Columns % WordBits == 0 ? ulong.MaxValue : (1UL << (Columns % WordBits)) - 1;
        for (var i = 0; i < _words.Length; i++)
        {
            result._words[i] = ~_words[i] & ((i + 1) % Stride == 0 ? last : ulong.MaxValue);
        }

        return result;
    }

    /// <summary>The smallest box around all; null where there is nothing.</summary>
    internal Box? Bounds()
    {
        var columns = new ulong[Stride];
        var (top, bottom) = (-1, -1);
        for (var row = 0; row < Rows; row++)
        {
            var words = Row(row);
            if (words.ContainsAnyExcept(0UL))
            {
                top = top < 0 ? row : top;
                bottom = row;
                for (var i = 0; i < words.Length; i++)
                {
                    columns[i] |= words[i];
                }
            }
        }

        if (top < 0)
        {
            return null;
        }

        var first = Array.FindIndex(columns, w => w != 0);
        var last = Array.FindLastIndex(columns, w => w != 0);
        var left = (first * WordBits) + BitOperations.TrailingZeroCount(columns[first]);
        var right = ((last + 1) * WordBits) - BitOperations.LeadingZeroCount(columns[last]);
        return new Box(top, left, bottom + 1 - top, right - left);
    }

    /// <summary>One byte, 0 or 1, for each pixel.</summary>
    internal void CopyTo(Span<byte> into)
    {
        for (var row = 0; row < Rows; row++)
        {
            var words = Row(row);
            var bytes = into.Slice(row * Columns, Columns);
            for (var column = 0; column < bytes.Length; column++)
            {
                bytes[column] = (byte)((words[column / WordBits] >> (column % WordBits)) & 1);
            }
        }
    }
}
