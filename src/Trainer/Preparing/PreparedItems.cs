using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Scanlock.Trainer.Preparing;

/// <summary>One prepared sample in the index.</summary>
/// <param name="Slices">Keys of the slices it was made of; the labels are theirs.</param>
/// <param name="Offset">Where its bytes begin.</param>
/// <param name="Marked">Pixels in its lesion mask; null where it has none.</param>
/// <param name="HasLung">Whether its lung mask was kept.</param>
internal sealed record PreparedItem(
    string Key, string Patient, string Series, IReadOnlyList<string> Slices, long Offset, int? Marked, bool HasLung);

/// <summary>
/// All prepared samples, read from memory of this process or from a mapped file alike; safe to read from several threads. A mapped
/// file may be larger than memory: the system drops and reads again what it must.
/// </summary>
internal sealed class PreparedItems(SafeBuffer bytes, ItemLayout layout, IReadOnlyList<PreparedItem> items) : IDisposable
{
    private const float PerStep = 1 / ItemLayout.White;

    internal ItemLayout Layout => layout;

    internal IReadOnlyList<PreparedItem> Items => items;

    public void Dispose() => bytes.Dispose();

    /// <summary>Depth * side * side values in [0, 1].</summary>
    internal void ReadPixels(int item, Span<float> into)
    {
        var packed = ArrayPool<ushort>.Shared.Rent(layout.Pixels);
        bytes.ReadSpan((ulong)items[item].Offset, packed.AsSpan(0, layout.Pixels));
        Unpack(packed.AsSpan(0, layout.Pixels), into);
        ArrayPool<ushort>.Shared.Return(packed);
    }

    /// <summary>The lesion mask, 0 or 1 for each pixel.</summary>
    /// <exception cref="InvalidOperationException">The sample has none.</exception>
    internal void ReadMask(int item, Span<byte> into) => ReadBits(
        items[item].Marked is null ? throw new InvalidOperationException("this sample has no mask") : items[item].Offset + layout.PixelBytes, into);

    /// <summary>The lung mask, 0 or 1 for each pixel.</summary>
    /// <exception cref="InvalidOperationException">The sample was prepared without.</exception>
    internal void ReadLung(int item, Span<byte> into) => ReadBits(
        items[item].HasLung
            ? items[item].Offset + layout.Bytes(items[item].Marked is not null, lung: false)
            : throw new InvalidOperationException("this sample has no lung mask"), into);

    private static void Unpack(ReadOnlySpan<ushort> packed, Span<float> into)
    {
        var i = 0;
        for (; i <= packed.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(packed[i..]), out var low, out var high);
            (Vector.ConvertToSingle(Vector.AsVectorInt32(low)) * PerStep).CopyTo(into[i..]);
            (Vector.ConvertToSingle(Vector.AsVectorInt32(high)) * PerStep).CopyTo(into[(i + Vector<uint>.Count)..]);
        }

        for (; i < packed.Length; i++)
        {
            into[i] = packed[i] * PerStep;
        }
    }

    private void ReadBits(long offset, Span<byte> into)
    {
        var bits = ArrayPool<byte>.Shared.Rent(layout.MaskBytes);
        bytes.ReadSpan((ulong)offset, bits.AsSpan(0, layout.MaskBytes));
        for (var i = 0; i < layout.Pixels; i++)
        {
            into[i] = (byte)((bits[i >> 3] >> (i & 7)) & 1);
        }

        ArrayPool<byte>.Shared.Return(bits);
    }
}
