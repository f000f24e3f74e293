using System.Runtime.InteropServices;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Tests.Data;

/// <summary>Prepared samples out of nothing, for tests of what comes after the preparation.</summary>
internal static class PreparedSamples
{
    internal static readonly Augmentation NoAugmentation = new(Flip: false, Rotate: 0, Shift: 0, Scale: 0, Noise: 0, Gamma: 0, Elastic: 0);

    /// <summary>Each with a mask that marks its pixels of at least a half.</summary>
    internal static PreparedItems Of(int side, int depth, params IReadOnlyList<float[]> images)
    {
        var layout = new ItemLayout(side, depth);
        var memory = new PrivateMemory((long)images.Count * layout.Bytes(mask: true, lung: false));
        var items = images.Select((image, i) =>
        {
            var bytes = new byte[layout.Bytes(mask: true, lung: false)];
            ItemLayout.Pack(image, MemoryMarshal.Cast<byte, ushort>(bytes.AsSpan(0, layout.PixelBytes)));
            var marked = ItemLayout.PackMask(image, bytes.AsSpan(layout.PixelBytes));
            memory.WriteSpan<byte>((ulong)(i * bytes.Length), bytes);
            return new PreparedItem($"{i:0000}", $"p{i}", "s", [$"{i:0000}"], (long)i * bytes.Length, marked, HasLung: false);
        }).ToList();
        return new PreparedItems(memory, layout, items);
    }

    /// <summary>Constant images whose grey level tells which they are: (i + 1) / 65535, of class i % 2.</summary>
    internal static (PreparedItems Items, IReadOnlyList<Sample> Samples) Numbered(int count, int side)
    {
        var items = Of(side, 1, [.. Enumerable.Range(0, count).Select(i => Enumerable.Repeat((i + 1) / ItemLayout.White, side * side).ToArray())]);
        return (items, [.. items.Items.Select((item, i) => new Sample(item.Key, item.Patient, item.Series, i % 2, i))]);
    }

    internal static TrialSpec Spec(int batch, Augmentation? augmentation = null) =>
        Assert.IsType<TrialSpecResult.Valid>(TrialSpecReader.Read(TrainerRun.Job(TrainerRun.Spec()).Spec)).Spec with
        {
            Batch = batch,
            Augmentation = augmentation ?? NoAugmentation,
        };
}
