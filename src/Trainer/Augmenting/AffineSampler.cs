using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Augmenting;

/// <summary>Draws random flips, turns, shifts and changes of size as one affine map, so that an image is resampled once.</summary>
internal sealed class AffineSampler
{
    /// <summary>Numbers per map: two rows of three.</summary>
    internal const int Numbers = 6;

    private readonly Augmentation _by;

    private AffineSampler(Augmentation by) => _by = by;

    /// <summary>Null where the augmentation changes nothing.</summary>
    internal static AffineSampler? For(Augmentation by) =>
        by is { Flip: false, Rotate: 0, Shift: 0, Scale: 0 } ? null : new AffineSampler(by);

    /// <summary>The map from output to input positions, both from -1 to 1 across the image.</summary>
    internal void Draw(DeterministicRandom random, Span<float> map)
    {
        var mirror = _by.Flip && random.NextInt(2) == 1 ? -1.0 : 1.0;
        var angle = random.NextWithin(_by.Rotate) * Math.PI / 180;
        var size = 1 / (1 + random.NextWithin(_by.Scale));
        var (sin, cos) = Math.SinCos(angle);

        // A shift of the whole side is 2 in these coordinates.
        map[0] = (float)(mirror * size * cos);
        map[1] = (float)(mirror * size * -sin);
        map[2] = (float)(2 * random.NextWithin(_by.Shift));
        map[3] = (float)(size * sin);
        map[4] = (float)(size * cos);
        map[5] = (float)(2 * random.NextWithin(_by.Shift));
    }
}
