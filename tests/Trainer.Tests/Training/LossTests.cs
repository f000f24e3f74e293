using Scanlock.LibTorch;
using Scanlock.Trainer.Training.Losses;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.Training;

/// <summary>Each loss against its formula written out, a number at a time, and its gradient against differences.</summary>
public sealed class LossTests : IDisposable
{
    private static readonly float[] s_logits = [2, -1, 0.5f, 0.25f, -3, 1, 0, 4, 1.5f, -0.5f];
    private static readonly long[] s_classes = [0, 1, 1, 0, 1];

    private readonly DisposeScope? _scope;

    public LossTests()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope?.Dispose();

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 0.1, true)]
    [InlineData(2, 0, false)]
    [InlineData(2, 0.1, true)]
    [InlineData(0.5, 0.2, true)]
    public void Focal_is_cross_entropy_times_how_unsure_the_answer_was(double gamma, double smoothing, bool weighed)
    {
        var weights = weighed ? ClassWeights.Balanced(2, 3) : null;
        double sum = 0, total = 0;
        for (var i = 0; i < s_classes.Length; i++)
        {
            var (a, b) = (Math.Exp(s_logits[2 * i]), Math.Exp(s_logits[(2 * i) + 1]));
            double[] p = [a / (a + b), b / (a + b)];
            double[] each = [weights?.Negative ?? 1, weights?.Positive ?? 1];
            for (var c = 0; c < 2; c++)
            {
                var share = (c == s_classes[i] ? 1 - smoothing : 0) + (smoothing / 2);
                sum += share * each[c] * Math.Pow(1 - p[c], gamma) * -Math.Log(p[c]);
            }

            total += each[s_classes[i]];
        }

        Holds(new FocalLoss(weights, gamma, smoothing), sum / total);
        if (gamma == 0)
        {
            Holds(new CrossEntropyLoss(weights, smoothing), sum / total);
        }
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 0.1, true)]
    [InlineData(2, 0, false)]
    [InlineData(1.5, 0.1, true)]
    public void Each_pixel_of_a_mask_costs_its_binary_cross_entropy(double gamma, double smoothing, bool weighed)
    {
        var weights = weighed ? ClassWeights.Balanced(30, 6) : null;
        var (logits, mask) = Mask();
        double sum = 0, total = 0;
        for (var i = 0; i < mask.Length; i++)
        {
            var p = 1 / (1 + Math.Exp(-logits[i]));
            var truth = (mask[i] * (1 - smoothing)) + (smoothing / 2);
            var weight = mask[i] == 1 ? weights?.Positive ?? 1 : weights?.Negative ?? 1;
            sum += weight * ((truth * Math.Pow(1 - p, gamma) * -Math.Log(p)) + ((1 - truth) * Math.Pow(p, gamma) * -Math.Log(1 - p)));
            total += weight;
        }

        HoldsForMask(new MaskCrossEntropyLoss(weights, gamma, smoothing), sum / total);
    }

    [Fact]
    public void Dice_is_twice_the_overlap_over_both_areas()
    {
        var (logits, mask) = Mask();
        double both = 0, areas = 0;
        for (var i = 0; i < mask.Length; i++)
        {
            var p = 1 / (1 + Math.Exp(-logits[i]));
            both += p * mask[i];
            areas += (p * p) + mask[i];
        }

        HoldsForMask(new DiceLoss(), 1 - (((2 * both) + 1) / (areas + 1)));
    }

    [Fact]
    public void Boundary_weighs_pixels_near_a_change_and_adds_the_missing_overlap()
    {
        const int side = 9;
        var (logits, mask) = Mask(side);
        double costs = 0, weights = 0, both = 0, either = 0;
        for (var i = 0; i < mask.Length; i++)
        {
            var near = Neighbours(i, side).Any(j => mask[j] != mask[i]);
            var p = 1 / (1 + Math.Exp(-logits[i]));
            var weight = near ? 5 : 1;
            costs += weight * -Math.Log(mask[i] == 1 ? p : 1 - p);
            weights += weight;
            both += p * mask[i];
            either += p + mask[i] - (p * mask[i]);
        }

        HoldsForMask(new BoundaryLoss(), (costs / weights) + 1 - ((both + 1) / (either + 1)), side);

        static IEnumerable<int> Neighbours(int at, int side) =>
            from y in Enumerable.Range((at / side % side) - 2, 5)
            from x in Enumerable.Range((at % side) - 2, 5)
            where y >= 0 && y < side && x >= 0 && x < side
            select (at / (side * side) * side * side) + (y * side) + x;
    }

    [Fact]
    public void The_border_of_a_volume_is_found_across_slices()
    {
        var mask = zeros([1, 1, 7, 7, 7]);
        mask.narrow(2, 0, 3).fill_(1);

        var border = BoundaryLoss.Border(mask).sum([0, 1, 3, 4]).data<float>().ToArray();

        Assert.Equal([0, 49, 49, 49, 49, 0, 0], border);
    }

    [Fact]
    public void Without_lesion_and_without_answer_overlap_losses_are_zero()
    {
        var (mask, logits) = (zeros([2, 1, 8, 8]), full([2, 1, 8, 8], -40));

        Assert.Equal(0, new DiceLoss().Of(logits, mask).ToDouble(), 1e-6);
        Assert.Equal(0, new BoundaryLoss().Of(logits, mask).ToDouble(), 1e-6);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Certainty_costs_something_finite_and_has_a_finite_gradient(double gamma)
    {
        var logits = tensor([200f, -200, -200, 200], [2, 2]);
        logits.requires_grad = true;
        new FocalLoss(null, gamma, 0).Of(logits, tensor([0L, 0], [2])).backward();
        var pixels = tensor([200f, -200], [2, 1, 1, 1]);
        pixels.requires_grad = true;
        new MaskCrossEntropyLoss(null, gamma, 0).Of(pixels, ones([2, 1, 1, 1])).backward();

        Assert.All((float[])[.. logits.grad!.data<float>().ToArray(), .. pixels.grad!.data<float>().ToArray()], g => Assert.True(float.IsFinite(g)));
    }

    private static void Holds(ILoss loss, double expected) => Holds(loss, tensor(s_logits, [5, 2]), tensor(s_classes, [5]), expected);

    private static void HoldsForMask(ILoss loss, double expected, int side = 3)
    {
        var (logits, mask) = Mask(side);
        Holds(loss, tensor(logits, [2, 1, side, side]), tensor(mask, [2, 1, side, side]), expected);
    }

    private static void Holds(ILoss loss, Tensor logits, Tensor target, double expected)
    {
        logits.requires_grad = true;
        var cost = loss.Of(logits, target);
        cost.backward();
        var gradient = logits.grad!.data<float>().ToArray();

        Assert.Equal(expected, cost.ToDouble(), 1e-5);
        for (var i = 0; i < gradient.Length; i += 3)
        {
            Assert.Equal((Moved(0.01f) - Moved(-0.01f)) / 0.02, gradient[i], 2e-3);

            double Moved(float by)
            {
                var values = logits.detach().data<float>().ToArray();
                values[i] += by;
                return loss.Of(tensor(values, logits.shape), target).ToDouble();
            }
        }
    }

    /// <summary>Two square images: logits that rise and fall, and a lesion in the first.</summary>
    private static (float[] Logits, float[] Mask) Mask(int side = 3)
    {
        var pixels = Enumerable.Range(0, 2 * side * side).ToArray();
        return (
            [.. pixels.Select(i => (float)(2.5 * Math.Sin(1 + (0.7 * i))))],
            [.. pixels.Select(i => i < side * side && i / side >= side / 2 && i % side < side / 2 ? 1f : 0f)]);
    }
}
