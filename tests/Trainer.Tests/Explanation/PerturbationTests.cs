using Scanlock.LibTorch;
using Scanlock.Trainer.Explanation;
using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Tests.Explanation;

public sealed class PerturbationTests
{
    private const int Side = 20;

    public PerturbationTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    [Theory]
    [InlineData(new double[] { 1, 0 }, 0.5)]
    [InlineData(new double[] { 1, 1, 1 }, 1)]
    [InlineData(new double[] { 0, 1, 0, 0 }, 1.0 / 3)]
    public void The_area_is_that_of_trapezoids(double[] heights, double area) => Assert.Equal(area, Perturbation.Area(heights), 1e-12);

    [Fact]
    public void Deletion_and_insertion_are_those_of_the_closed_form()
    {
        using var scope = torch.NewDisposeScope();
        using var network = new MeanOfFirstRow();

        // White in the first row, black below: only the first row counts, and it is one of the 20 parts.
        var image = Tensor((row, _) => row == 0 ? 1 : -1, [1, 1, Side, Side]);
        var pointed = Perturbation.Areas(network, image, Tensor((row, column) => row == 0 ? 1000 - column : -row, [Side, Side]), of: 1);
        var missed = Perturbation.Areas(network, image, Tensor((row, _) => row, [Side, Side]), of: 1);

        // The mean is 1 until the row has gone and -1 after; the probability is the logistic function of 4 times the mean.
        var (white, black) = (Logistic(4), Logistic(-4));
        Assert.Equal(((white + black) / 2 / 20) + (black * 19 / 20), pointed.Deletion, 1e-5);
        Assert.Equal((white * 19 / 20) + ((white + black) / 2 / 20), missed.Deletion, 1e-5);

        // Into the blurred image the row comes with the first part, or with the last.
        var blurred = missed.Insertion;
        Assert.True(pointed.Insertion > 0.95 * white, $"{pointed}");
        Assert.True(blurred < pointed.Insertion, $"{missed}");
        Assert.True(pointed.Deletion < missed.Deletion);
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));

    private static torch.Tensor Tensor(Func<int, int, float> value, long[] shape) =>
        torch.tensor([.. from row in Enumerable.Range(0, Side) from column in Enumerable.Range(0, Side) select value(row, column)], shape);

    private sealed class MeanOfFirstRow() : Backbone("mean of first row", 0)
    {
        internal override torch.Tensor Features(torch.Tensor input) => input.narrow(2, 0, 1);

        internal override torch.Tensor Head(torch.Tensor features)
        {
            var mean = features.flatten(1).mean([1], keepdim: true).mul(4);
            return torch.cat([torch.zeros_like(mean), mean], 1);
        }
    }
}
