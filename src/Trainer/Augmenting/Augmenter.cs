using System.Buffers;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Augmenting;

/// <summary>
/// Changes one sample at random: (1) flip, turn, shift, size and elastic displacement as one map of the plane, so that it is resampled
/// once, the slices of a volume alike; (2) the exponent of its grey levels; (3) noise, after resampling, which would smooth it. Masks go
/// through the same map and take the nearest pixel; points go to the pixel nearest to them. Outside an image all is black, and nothing is
/// marked.
/// </summary>
internal sealed class Augmenter
{
    private readonly Augmentation _by;
    private readonly ItemLayout _layout;
    private readonly AffineSampler? _affine;

    private Augmenter(Augmentation by, ItemLayout layout) => (_by, _layout, _affine) = (by, layout, AffineSampler.For(by));

    /// <summary>Null where the augmentation changes nothing.</summary>
    internal static Augmenter? For(Augmentation by, ItemLayout layout) =>
        by is { Flip: false, Rotate: 0, Shift: 0, Scale: 0, Noise: 0, Gamma: 0, Elastic: 0 } ? null : new Augmenter(by, layout);

    /// <param name="mask">Empty where there is none; <paramref name="lung"/> likewise.</param>
    /// <param name="arePoints">Whether the mask has single pixels that must not be lost.</param>
    internal void Apply(DeterministicRandom random, Span<float> pixels, Span<byte> mask, Span<byte> lung, bool arePoints = false)
    {
        if (_affine is not null || _by.Elastic > 0)
        {
            Move(random, pixels, mask, lung, arePoints);
        }

        if (_by.Gamma > 0)
        {
            GreyLevels.Raise(pixels, (float)(1 + random.NextWithin(_by.Gamma)));
        }

        if (_by.Noise > 0)
        {
            GreyLevels.AddNoise(pixels, (float)_by.Noise, random);
        }
    }

    private void Move(DeterministicRandom random, Span<float> pixels, Span<byte> mask, Span<byte> lung, bool arePoints)
    {
        Span<float> affine = [1, 0, 0, 0, 1, 0];
        _affine?.Draw(random, affine);
        using var map = new PlaneMap(_layout.Side, affine);
        if (_by.Elastic > 0)
        {
            map.Displace(random, (float)(_by.Elastic * _layout.Side));
        }

        var buffer = ArrayPool<float>.Shared.Rent(_layout.Area);
        for (var slice = 0; slice < _layout.Depth; slice++)
        {
            var image = pixels.Slice(slice * _layout.Area, _layout.Area);
            image.CopyTo(buffer);
            map.Bilinear(buffer, image);
        }

        ArrayPool<float>.Shared.Return(buffer);
        MoveMask(mask, arePoints ? map.Points : map.Nearest);
        MoveMask(lung, map.Nearest);
    }

    private void MoveMask(Span<byte> mask, MoveMarks move)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(_layout.Area);
        for (var begin = 0; begin < mask.Length; begin += _layout.Area)
        {
            var marks = mask.Slice(begin, _layout.Area);
            marks.CopyTo(buffer);
            move(buffer.AsSpan(0, marks.Length), marks);
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private delegate void MoveMarks(ReadOnlySpan<byte> mask, Span<byte> into);
}
