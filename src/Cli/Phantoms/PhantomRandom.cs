namespace Scanlock.Cli.Phantoms;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): numbers that are the same for a seed on every machine and every .NET, which
/// <see cref="Random"/> does not promise. For pictures, never for secrets.
/// </summary>
internal sealed class PhantomRandom(ulong seed)
{
    private ulong state = seed;

    /// <summary>A generator of its own for each combination of numbers, so that one patient's picture does not hang on another's.</summary>
    internal static PhantomRandom For(params ReadOnlySpan<long> numbers)
    {
        var mixed = new PhantomRandom(0x5ca11ab1e);
        foreach (var number in numbers)
        {
            mixed.state ^= (ulong)number;
            mixed.state = mixed.Next();
        }

        return mixed;
    }

    internal ulong Next()
    {
        state += 0x9e3779b97f4a7c15;
        var mixed = state;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>Uniform, from inclusive, to exclusive.</summary>
    internal double Between(double from, double to) => from + ((to - from) * ((Next() >> 11) * (1.0 / (1UL << 53))));

    /// <summary>Uniform, both ends inclusive.</summary>
    internal int Between(int from, int to) => from + (int)(Next() % (ulong)(to - from + 1));

    /// <summary>Nearly normal: the sum of twelve uniforms.</summary>
    internal double Normal(double deviation)
    {
        var sum = -6.0;
        for (var count = 0; count < 12; count++)
        {
            sum += Between(0.0, 1.0);
        }

        return sum * deviation;
    }

    internal T Pick<T>(IReadOnlyList<T> choices) => choices[Between(0, choices.Count - 1)];
}
