namespace Scanlock.Trainer.Preparing;

/// <summary>
/// Resampling along one axis with a triangle filter: for each output position, which inputs count and how much; the weights of one
/// position add up to 1.
/// </summary>
internal sealed class Taps
{
    private readonly int[] _first;
    private readonly float[][] _weights;

    private Taps(int[] first, float[][] weights) => (_first, _weights) = (first, weights);

    internal static Taps For(int inputs, int outputs)
    {
        var step = (double)inputs / outputs;
        var reach = Math.Max(step, 1);
        var first = new int[outputs];
        var weights = new float[outputs][];
        for (var i = 0; i < outputs; i++)
        {
            var center = (i + 0.5) * step;
            var begin = Math.Max(0, (int)(center - reach + 0.5));
            var end = Math.Min(inputs, (int)(center + reach + 0.5));
            var raw = Enumerable.Range(begin, end - begin).Select(j => Math.Max(0, 1 - (Math.Abs(j + 0.5 - center) / reach))).ToArray();
            var sum = raw.Sum();
            first[i] = begin;
            weights[i] = [.. raw.Select(w => (float)(w / sum))];
        }

        return new Taps(first, weights);
    }

    /// <summary>Resamples one line of single values.</summary>
    internal void Apply(ReadOnlySpan<float> source, Span<float> into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            var taps = _weights[i];
            var from = source.Slice(_first[i], taps.Length);
            var sum = 0f;
            for (var k = 0; k < taps.Length; k++)
            {
                sum += from[k] * taps[k];
            }

            into[i] = sum;
        }
    }

    /// <summary>Resamples a line of rows, or of whole images, of <paramref name="width"/> values each.</summary>
    internal void ApplyToRows(ReadOnlySpan<float> source, int width, Span<float> into)
    {
        into.Clear();
        for (var y = 0; y < _weights.Length; y++)
        {
            var row = into.Slice(y * width, width);
            for (var k = 0; k < _weights[y].Length; k++)
            {
                AddScaled(source.Slice((_first[y] + k) * width, width), _weights[y][k], row);
            }
        }
    }

    private static void AddScaled(ReadOnlySpan<float> source, float weight, Span<float> into)
    {
        for (var x = 0; x < into.Length; x++)
        {
            into[x] += source[x] * weight;
        }
    }
}
