namespace Scanlock.Trainer;

/// <summary>
/// Numbers that are the same for the same seed on every machine and runtime, for shuffling and augmentation: SplitMix64
/// (Steele, Lea and Flood, OOPSLA 2014). Nothing secret hangs on it.
/// </summary>
internal sealed class DeterministicRandom
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <param name="stream">Tells uses of one seed apart: a purpose, an epoch.</param>
    internal DeterministicRandom(long seed, ulong stream)
    {
        _state = (ulong)seed;
        _state = Next() ^ (stream * Golden);
    }

    /// <summary>Uniform in [0, below).</summary>
    internal int NextInt(int below) => (int)Math.BigMul(Next(), (ulong)below, out _);

    /// <summary>Any of the 2^64 numbers: a seed for streams below this one.</summary>
    internal long NextLong() => (long)Next();

    /// <summary>Uniform in [0, 1).</summary>
    internal double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [-bound, bound).</summary>
    internal double NextWithin(double bound) => ((2 * NextDouble()) - 1) * bound;

    /// <summary>Fisher and Yates.</summary>
    internal void Shuffle<T>(IList<T> items)
    {
        for (var i = items.Count - 1; i > 0; i--)
        {
            var j = NextInt(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private ulong Next()
    {
        _state += Golden;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
