using Scanlock.Trainer.Networks;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Explanation;

/// <summary>
/// Whether what a map marks is what the network goes by (RISE, Petsiuk, Das and Saenko, BMVC 2018). Deletion: the pixels that the map
/// marks most are made black first, which to the network is what lies beyond an image's edge. Insertion: they come into a blurred image
/// first.
/// </summary>
internal static class Perturbation
{
    /// <summary>Equal parts of the image that are changed one after the other.</summary>
    internal const int Steps = 20;

    /// <summary>Of the side: how far the blur reaches.</summary>
    private const double Blur = 0.1;

    /// <summary>Areas under the class's probability over the share of pixels changed, from 0 to 1.</summary>
    /// <param name="image">[1, channels, side, side], from -1 to 1.</param>
    /// <param name="map">[side, side].</param>
    /// <param name="of">The class.</param>
    internal static (double Deletion, double Insertion) Areas(Backbone network, Tensor image, Tensor map, long of)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var rank = Ranks(map).to(image.device);
        var black = full_like(image, -1);
        var blurred = Blurred(image);
        List<double> deletion = [], insertion = [];
        for (var step = 0; step <= Steps; step++)
        {
            using var inner = NewDisposeScope();
            var changed = rank.lt(rank.numel() * (double)step / Steps);
            deletion.Add(Probability(network, where(changed, black, image), of));
            insertion.Add(Probability(network, where(changed, image, blurred), of));
        }

        return (Area(deletion), Area(insertion));
    }

    /// <summary>Under straight lines between equally spaced points over a side of length 1.</summary>
    internal static double Area(IReadOnlyList<double> heights) =>
        heights.Zip(heights.Skip(1), (left, right) => (left + right) / 2).Sum() / (heights.Count - 1);

    /// <summary>Each pixel's place when they are ordered by falling value, from 0; of equal ones the first comes first.</summary>
    private static Tensor Ranks(Tensor map)
    {
        var values = map.data<float>().ToArray();
        var rank = new float[values.Length];
        foreach (var (pixel, place) in Enumerable.Range(0, values.Length).OrderByDescending(pixel => values[pixel]).Select((pixel, place) => (pixel, place)))
        {
            rank[pixel] = place;
        }

        return tensor(rank, map.shape);
    }

    /// <summary>Averaged over squares three times, which is nearly a Gaussian; beyond the edge lies black.</summary>
    private static Tensor Blurred(Tensor image)
    {
        var reach = Math.Max(1, (long)(Blur * image.shape[^1]));
        var light = image.add(1);
        for (var pass = 0; pass < 3; pass++)
        {
            light = functional.avg_pool2d(light, (2 * reach) + 1, stride: 1, padding: reach);
        }

        return light.sub(1);
    }

    private static double Probability(Backbone network, Tensor image, long of) =>
        Math.Clamp(network.call(image).softmax(1).select(1, of).sum().ToDouble(), 0, 1);
}
