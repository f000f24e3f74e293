using System.Text.Json.Nodes;
using Scanlock.LibTorch;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Tests.Data;
using Scanlock.Trainer.Tests.Training;
using Scanlock.Trainer.Training;
using Scanlock.Trainer.Training.Losses;
using Scanlock.Trainer.WeakSupervision;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.WeakSupervision;

[Collection(OwnGenerator.Name)]
public sealed class ConsistencyTests : IDisposable
{
    private readonly DisposeScope? _scope;

    public ConsistencyTests()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope?.Dispose();

    [Fact]
    public void The_eight_views_are_all_there_are_and_each_is_undone()
    {
        var image = arange(0, 9).reshape(1, 1, 3, 3);
        var seen = View.All.Select(view => view.Of(image).contiguous().data<float>().ToArray()).ToList();

        Assert.Equal(8, seen.Select(s => string.Join(' ', s)).Distinct(StringComparer.Ordinal).Count());
        Assert.All(View.All, view => Assert.Equal(Values(image), Values(view.Undo(view.Of(image)))));

        // Row by row: mirrored exchanges left and right.
        Assert.Equal([2, 1, 0, 5, 4, 3, 8, 7, 6], Values(View.Mirror.Of(image)));
    }

    [Fact]
    public void A_point_costs_its_cross_entropy_and_nothing_else_counts()
    {
        var logits = tensor([2f, -1, 0.5f, 30, -30, 0], [1, 1, 2, 3]).requires_grad_(true);
        var marks = tensor([PointMarks.Lesion, PointMarks.Outside, PointMarks.Lesion, 0f, 0, 0], [1, 1, 2, 3]);

        var loss = new PointLoss().Of(logits, marks);
        loss.backward();

        Assert.Equal((Math.Log(1 + Math.Exp(-2)) + Math.Log(1 + Math.Exp(-1)) + Math.Log(1 + Math.Exp(-0.5))) / 3, loss.ToDouble(), 1e-6);
        Assert.Equal([0f, 0, 0], logits.grad!.data<float>().ToArray()[3..]);
        Assert.Equal(0, new PointLoss().Of(logits, zeros([1, 1, 2, 3])).ToDouble());
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(0, 0.5)]
    [InlineData(2, 0.5)]
    public void Disagreement_with_a_view_costs_its_size_and_the_view_is_learnt_from_like_the_image(double flip, double rotation)
    {
        manual_seed(1);
        using var network = Network.Create("unet", 1, 1);
        network.eval();
        var batch = new DeviceBatch(randn([2, 1, 32, 32]), zeros([2]), randint(0, 3, [2, 1, 32, 32], ScalarType.Float32));

        manual_seed(4);
        var loss = new ConsistencyObjective(new PointLoss(), flip, rotation).Loss(network, batch).ToDouble();

        // The formula with numbers in place of tensors, the picture laid down pixel by pixel.
        manual_seed(4);
        var turns = rotation > 0 ? (int)randint(1, 4, [1]).ToDouble() : 0;
        var plain = Answers(network, batch.Images, (r, c) => (r, c));
        var expected = Points(plain, batch);
        if (flip > 0)
        {
            expected += flip * Cost(Answers(network, batch.Images, (r, c) => (r, 31 - c)));
        }

        if (rotation > 0)
        {
            expected += rotation * Cost(Answers(network, batch.Images, (r, c) => turns switch { 1 => (31 - c, r), 2 => (31 - r, 31 - c), _ => (c, 31 - r) }));
        }

        Assert.Equal(expected, loss, 1e-4 * expected);

        double Cost(double[] answers) => answers.Zip(plain, (a, b) => Math.Pow(Probability(a) - Probability(b), 2)).Average() + Points(answers, batch);
    }

    [Fact]
    public void A_network_that_moves_with_the_image_costs_no_more_than_its_loss()
    {
        using var pixelwise = new Pixelwise();
        var batch = new DeviceBatch(randn([2, 1, 8, 8]), zeros([2]), randint(0, 2, [2, 1, 8, 8], ScalarType.Float32));
        var alone = new ConsistencyObjective(new DiceLoss(), 0, 0).Loss(pixelwise, batch).ToDouble();

        Assert.Equal(3 * alone, new ConsistencyObjective(new DiceLoss(), 1, 1).Loss(pixelwise, batch).ToDouble(), 1e-5);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Many_views_answer_with_the_logit_of_the_mean_probability(int count)
    {
        manual_seed(1);
        using var network = Network.Create("unet", 1, 1);
        network.eval();
        var images = randn([2, 1, 32, 32]).mul(4);

        var probabilities = View.All.Take(count).Select(view => Values(view.Undo(network.call(view.Of(images)).sigmoid()))).ToList();
        var answers = Values(ManyViews.Answers(network, images, count).sigmoid());

        Assert.All(Enumerable.Range(0, answers.Length), i => Assert.Equal(probabilities.Average(p => p[i]), answers[i], 1e-5));
    }

    [Fact]
    public void However_sure_the_views_are_their_mean_is_finite()
    {
        using var pixelwise = new Pixelwise();
        Assert.Equal([-500f, 500], Values(ManyViews.Answers(pixelwise, tensor([-500f, 500], [1, 1, 2, 1]).expand(1, 1, 2, 2), 2)).Distinct());
    }

    [Theory]
    [InlineData(1, 512)]
    [InlineData(2, 0)]
    public void Evaluation_marks_what_the_views_of_the_spec_mark_together(int views, int marked)
    {
        using var network = new LeftSided();
        var items = PreparedSamples.Of(32, 1, new float[32 * 32]);
        var spec = Specs.Of(("task", "segment"), ("network", "unet"), ("weak", new JsonObject { ["views"] = views }));
        var samples = new Loader(items, [new Sample("a", "p", "s", 0)], spec, 1, BatchParts.Masks);

        var pixels = Assert.Single(MaskEvaluator.Score(network, samples, spec, CPU).Scores.Samples).Pixels;

        Assert.Equal((marked, 1024 - marked), (pixels.FalsePositives, pixels.TrueNegatives));
    }

    private static float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();

    /// <summary>The network's logits at each pixel of the images, seen through a map from pixels of the view to those of the image.</summary>
    private static double[] Answers(Architecture network, Tensor images, Func<int, int, (int Row, int Column)> from)
    {
        const int side = 32;
        var values = Values(images);
        var seen = new float[values.Length];
        var source = new int[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            var (row, column) = from(i / side % side, i % side);
            source[i] = (i / (side * side) * side * side) + (row * side) + column;
            seen[i] = values[source[i]];
        }

        var answers = new double[values.Length];
        foreach (var (i, logit) in Values(network.call(tensor(seen, [2, 1, side, side]))).Index())
        {
            answers[source[i]] = logit;
        }

        return answers;
    }

    private static double Probability(double logit) => 1 / (1 + Math.Exp(-logit));

    private static double Points(double[] logits, DeviceBatch batch) => Values(batch.Masks!).Zip(logits)
        .Where(p => p.First > 0).Average(p => Math.Log(1 + Math.Exp(p.First == PointMarks.Lesion ? -p.Second : p.Second)));

    /// <summary>Finds the left half likely and the right half far more unlikely, whatever it sees.</summary>
    private sealed class LeftSided() : Architecture("left", 0)
    {
        public override Tensor forward(Tensor input) => arange(0, 32).lt(16).to(ScalarType.Float32).mul(15).add(-10).expand(input.shape).contiguous();
    }

    /// <summary>Answers each pixel with itself.</summary>
    private sealed class Pixelwise() : Architecture("pixelwise", 0)
    {
        public override Tensor forward(Tensor input) => input.mul(1);
    }
}
