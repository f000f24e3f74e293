using System.Buffers;
using System.Runtime.InteropServices;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Preparing;

/// <summary>A sample on its way: the resampled slices it is made of, until all are there.</summary>
internal sealed class ItemAssembly : IDisposable
{
    private readonly PlannedItem _item;
    private readonly ItemLayout _layout;
    private readonly float[] _pixels;
    private readonly float[] _mask;
    private readonly float[] _lung;
    private int _missing;

    internal ItemAssembly(PlannedItem item, ItemLayout layout)
    {
        (_item, _layout, _missing) = (item, layout, item.Slices.Count);
        var values = layout.Area * item.Slices.Count;
        _pixels = ArrayPool<float>.Shared.Rent(values);
        _mask = item.HasMask ? ArrayPool<float>.Shared.Rent(values) : [];
        _lung = item.HasLung ? ArrayPool<float>.Shared.Rent(values) : [];
    }

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(_pixels);
        ArrayPool<float>.Shared.Return(_mask);
        ArrayPool<float>.Shared.Return(_lung);
    }

    /// <returns>Whether this was the last slice that was missing.</returns>
    internal bool Add(int place, ShardSample sample, SlicePreparation resampling)
    {
        var box = _item.Boxes[place];
        resampling.Prepare(sample.Image, box, Part(_pixels, place));
        if (_item.HasMask && sample.Mask is { } mask)
        {
            resampling.PrepareMask(mask.Data.Span, mask.Columns, box, Part(_mask, place));
        }

        if (_item.HasLung)
        {
            var (rows, columns) = (sample.Image.Rows, sample.Image.Columns);
            var lung = ArrayPool<byte>.Shared.Rent(rows * columns);
            LungMask.Of(MemoryMarshal.Cast<byte, short>(sample.Image.Data.Span), rows, columns).CopyTo(lung);
            resampling.PrepareMask(lung, columns, box, Part(_lung, place));
            ArrayPool<byte>.Shared.Return(lung);
        }

        return Interlocked.Decrement(ref _missing) == 0;
    }

    /// <summary>Resamples along the series where the sample is a volume, and writes it.</summary>
    internal PreparedItem Finish(WriteItem write)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(_layout.Bytes(_item.HasMask, _item.HasLung));
        var along = Taps.For(_item.Slices.Count, _layout.Depth);
        var stack = ArrayPool<float>.Shared.Rent(_layout.Pixels);
        var values = stack.AsSpan(0, _layout.Pixels);
        along.ApplyToRows(_pixels, _layout.Area, values);
        ItemLayout.Pack(values, MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(0, _layout.PixelBytes)));
        var end = _layout.PixelBytes;
        int? marked = null;
        if (_item.HasMask)
        {
            along.ApplyToRows(_mask, _layout.Area, values);
            marked = ItemLayout.PackMask(values, bytes.AsSpan(end, _layout.MaskBytes));
            end += _layout.MaskBytes;
        }

        if (_item.HasLung)
        {
            along.ApplyToRows(_lung, _layout.Area, values);
            ItemLayout.PackMask(values, bytes.AsSpan(end, _layout.MaskBytes));
            end += _layout.MaskBytes;
        }

        write(_item.Offset, bytes.AsSpan(0, end));
        ArrayPool<float>.Shared.Return(stack);
        ArrayPool<byte>.Shared.Return(bytes);
        return new PreparedItem(_item.Key, _item.Patient, _item.Series, [.. _item.Slices.Select(s => s.Key)], _item.Offset, marked, _item.HasLung);
    }

    private Span<float> Part(float[] of, int place) => of.AsSpan(place * _layout.Area, _layout.Area);
}
