using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Data;

/// <summary>
/// Brings a slice of any size into network form: Hounsfield units through the window to [0, 1], then resampled to a square.
/// Resampling is bilinear with a triangle as wide as an input step is large, so that shrinking averages instead of skipping.
/// </summary>
internal sealed class SlicePreparation(HuWindow window, int size)
{
    private readonly ConcurrentDictionary<int, Taps> _taps = new();
    private readonly float _black = (float)(window.Center - (window.Width / 2));
    private readonly float _perUnit = (float)(1 / window.Width);

    /// <summary>A new image of size * size, row by row.</summary>
    internal float[] Prepare(NpyImage image)
    {
        var units = MemoryMarshal.Cast<byte, short>(image.Data.Span);
        var across = _taps.GetOrAdd(image.Columns, Taps.For, size);
        var down = _taps.GetOrAdd(image.Rows, Taps.For, size);
        var row = new float[image.Columns];
        var narrowed = new float[image.Rows * size];
        for (var y = 0; y < image.Rows; y++)
        {
            Windowed(units.Slice(y * image.Columns, image.Columns), row);
            across.Apply(row, narrowed.AsSpan(y * size, size));
        }

        var prepared = new float[size * size];
        for (var y = 0; y < size; y++)
        {
            var into = prepared.AsSpan(y * size, size);
            foreach (var (source, weight) in down.Of(y))
            {
                AddScaled(narrowed.AsSpan(source * size, size), weight, into);
            }
        }

        return prepared;
    }

    private static void AddScaled(ReadOnlySpan<float> source, float weight, Span<float> into)
    {
        for (var x = 0; x < into.Length; x++)
        {
            into[x] += source[x] * weight;
        }
    }

    private void Windowed(ReadOnlySpan<short> units, Span<float> into)
    {
        for (var x = 0; x < into.Length; x++)
        {
            into[x] = Math.Clamp((units[x] - _black) * _perUnit, 0, 1);
        }
    }

    /// <summary>For each output position, which inputs count and how much; the weights of one position add up to 1.</summary>
    private sealed class Taps(int[] first, float[][] weights)
    {
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

        internal IEnumerable<(int Source, float Weight)> Of(int output) => weights[output].Select((w, k) => (first[output] + k, w));

        internal void Apply(ReadOnlySpan<float> source, Span<float> into)
        {
            for (var i = 0; i < into.Length; i++)
            {
                var taps = weights[i];
                var from = source.Slice(first[i], taps.Length);
                var sum = 0f;
                for (var k = 0; k < taps.Length; k++)
                {
                    sum += from[k] * taps[k];
                }

                into[i] = sum;
            }
        }
    }
}
