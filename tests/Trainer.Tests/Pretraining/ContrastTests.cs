using Scanlock.LibTorch;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Pretraining;

namespace Scanlock.Trainer.Tests.Pretraining;

public sealed class ContrastTests
{
    public ContrastTests() => Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);

    [Fact]
    public void Info_nce_is_the_formula()
    {
        const double temperature = 0.3;
        using var scope = torch.NewDisposeScope();
        double[][] q = [Unit(1, 2, 3), Unit(-1, 0.5, 2)], k = [Unit(1, 1, 3), Unit(0, 1, -1)], n = [Unit(3, 2, 1), Unit(-1, -1, 2), Unit(0, 0, 1), Unit(2, -2, 1)];

        var loss = InfoNce.Loss(Tensor(q), Tensor(k), Tensor(n), temperature).ToDouble();

        var expected = q.Zip(k).Average(pair =>
        {
            var own = Math.Exp(Dot(pair.First, pair.Second) / temperature);
            return -Math.Log(own / (own + n.Sum(negative => Math.Exp(Dot(pair.First, negative) / temperature))));
        });
        Assert.Equal(expected, loss, 1e-5);
    }

    [Fact]
    public void A_key_of_the_querys_own_slice_is_none_of_its_negatives()
    {
        using var scope = torch.NewDisposeScope();
        double[][] q = [Unit(1, 2, 3), Unit(-1, 0.5, 2)], n = [Unit(1, 2, 3), Unit(-1, -1, 2)];

        var masked = InfoNce.Loss(Tensor(q), Tensor(q), Tensor(n), 0.3, torch.tensor([1L, 1L], [2, 1]).eq(torch.tensor([1L, 0L], [1, 2])));
        var without = InfoNce.Loss(Tensor(q), Tensor(q), Tensor([n[1]]), 0.3);

        Assert.Equal(without.ToDouble(), masked.ToDouble(), 1e-6);
    }

    [Fact]
    public void What_a_queue_holds_of_a_slice_does_not_count_against_that_slice_shown_again()
    {
        var spec = UprightImages.Spec("contrast", epochs: 1);
        spec = spec with { Pretraining = spec.Pretraining with { Queue = 2 } };
        using var network = (Backbone)Network.Create(spec.Network);
        using var scope = torch.NewDisposeScope();
        using var pretext = new ContrastPretext(
            network, (Backbone)Network.Create(spec.Network), [1, 1, UprightImages.Side, UprightImages.Side], spec.Pretraining, torch.CPU);
        var images = torch.randn([2, 1, UprightImages.Side, UprightImages.Side]);

        // After two showings the queue holds nothing but the slice itself.
        var losses = Enumerable.Range(0, 3).Select(_ => pretext.Loss(images, Numbers(4, 1)).ToDouble()).ToList();

        Assert.True(losses[0] > 0);
        Assert.Equal(0, losses[2], 1e-6);
    }

    [Fact]
    public void The_key_network_follows_by_the_momentum_and_starts_where_the_query_network_is()
    {
        var spec = UprightImages.Spec("contrast", epochs: 1);
        using var network = (Backbone)Network.Create(spec.Network);
        using var scope = torch.NewDisposeScope();
        using var pretext = new ContrastPretext(
            network, (Backbone)Network.Create(spec.Network), [1, 1, UprightImages.Side, UprightImages.Side], spec.Pretraining, torch.CPU);
        var before = Values(pretext.Follower);
        Assert.Equal(before, Values(pretext.Learner));

        using (torch.no_grad())
        {
            foreach (var parameter in pretext.Learner.parameters())
            {
                parameter.add_(0.5);
            }
        }

        var leading = Values(pretext.Learner);
        _ = pretext.Loss(torch.randn([4, 1, UprightImages.Side, UprightImages.Side]), Numbers(0, 2));

        var after = Values(pretext.Follower);
        Assert.NotEmpty(after);
        for (var i = 0; i < after.Count; i++)
        {
            Assert.Equal((spec.Pretraining.Momentum * before[i]) + ((1 - spec.Pretraining.Momentum) * leading[i]), after[i], 1e-5);
        }
    }

    [Fact]
    public void The_queue_holds_the_latest_keys()
    {
        using var scope = torch.NewDisposeScope();
        using var queue = new NegativeQueue(5, 2, torch.CPU);
        Assert.All(queue.Keys.data<float>().ToArray().Chunk(2), key => Assert.Equal(1, Math.Sqrt((key[0] * key[0]) + (key[1] * key[1])), 1e-5));

        for (var batch = 0; batch < 3; batch++)
        {
            queue.Add(Numbered(3 * batch, 3), Numbers(3 * batch, 3));
        }

        Assert.Equal([4, 5, 6, 7, 8], Held());
        queue.Add(Numbered(10, 7), Numbers(10, 7));
        Assert.Equal([12, 13, 14, 15, 16], Held());
        Assert.Equal(queue.Keys.data<float>().ToArray().Chunk(2).Select(key => (long)key[0]), queue.Owners.data<long>().ToArray());

        IEnumerable<float> Held() => queue.Keys.data<float>().ToArray().Chunk(2).Select(key => key[0]).Order();

        static torch.Tensor Numbered(int first, int count) =>
            torch.tensor([.. Enumerable.Range(first, count).SelectMany(i => new float[] { i, -i })], [count, 2]);
    }

    private static torch.Tensor Numbers(long first, int count) =>
        torch.tensor([.. Enumerable.Range(0, count).Select(i => first + i)], [count]);

    private static List<double> Values(torch.nn.Module module) =>
        [.. module.named_parameters().OrderBy(p => p.name, StringComparer.Ordinal).SelectMany(p => p.parameter.data<float>().ToArray()).Select(v => (double)v)];

    private static double[] Unit(params double[] values)
    {
        var length = Math.Sqrt(Dot(values, values));
        return [.. values.Select(v => v / length)];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    private static torch.Tensor Tensor(double[][] rows) => torch.tensor([.. rows.SelectMany(r => r).Select(v => (float)v)], [rows.Length, rows[0].Length]);
}
