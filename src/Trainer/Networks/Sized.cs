using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>Makes maps of a way up as large as those of the way down: pooling an odd side loses one place, which the way up lacks.</summary>
internal static class Sized
{
    /// <summary>The map with zeros added at its ends, or cut there, to the sizes of the other one's axes after channels.</summary>
    internal static Tensor Like(Tensor map, Tensor other)
    {
        var (given, wanted) = (map.shape, other.shape);
        if (given.AsSpan(2).SequenceEqual(wanted.AsSpan(2)))
        {
            return map;
        }

        // Pairs from the last axis to the third; a negative number cuts.
        var pad = new long[2 * (given.Length - 2)];
        for (var axis = 2; axis < given.Length; axis++)
        {
            pad[(2 * (given.Length - 1 - axis)) + 1] = wanted[axis] - given[axis];
        }

        return functional.pad(map, pad);
    }
}
