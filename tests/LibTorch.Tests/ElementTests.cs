using System.Runtime.InteropServices;
using static Scanlock.LibTorch.torch;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.LibTorch.Tests;

/// <summary>Element by element, reductions, shapes and random numbers, against values worked out by hand.</summary>
public sealed class ElementTests : TorchTest
{
    [Fact]
    public void Numbers_and_smaller_tensors_are_stretched_to_fit()
    {
        var a = Of([2, 2], 1, 2, 3, 4);

        Close([11, 22, 13, 24], a + Of([2], 10, 20));
        Close([11, 12, 23, 24], a + Of([2, 1], 10, 20));
        Close([0.5, 1.5, 2.5, 3.5], a - 0.5);
        Close([9, 8, 7, 6], 10 - a);
        Close([-1, -2, -3, -4], -a);
        Close([0.5, 1, 1.5, 2], a / 2);
        Close([3, 6, 9, 12], 3 * a);
        Close([2, 3, 4, 5], 1 + a);
        Close([1, 4, 9, 16], a.pow(2));
        Close([1, 4, 27, 256], a.pow(a));
    }

    [Fact]
    public void Functions_of_one_element_match()
    {
        var a = Of([3], -1.5f, 0.5f, 2.5f);

        Close([1.5, 0.5, 2.5], a.abs());
        Close([-1, 1, 1], a.sign());
        Close([2.25, 0.25, 6.25], a.square());
        Close([-2, 0, 2], a.floor());
        Close([-2, 0, 2], a.round());
        Close([1 / -1.5, 2, 0.4], a.reciprocal());
        Close([Math.Tanh(-1.5), Math.Tanh(0.5), Math.Tanh(2.5)], a.tanh());
        Close([Math.Sin(-1.5), Math.Sin(0.5), Math.Sin(2.5)], a.sin());
        Close([Math.Cos(-1.5), Math.Cos(0.5), Math.Cos(2.5)], a.cos());
        Close([Math.Log(1.25)], Of([1], 0.25f).log1p());
        Close([-1, 0.5, 1], a.clamp(-1, 1));
        Close([-1.5, 0.5, 1], a.clamp(max: 1));
        Close([Math.Log(1 + Math.Exp(-1.5)), Math.Log(1 + Math.Exp(0.5)), Math.Log(1 + Math.Exp(2.5))], a.softplus());
        Close([0.5, 0.5, 2.5], a.maximum(Of([1], 0.5f)));
        Close([-1.5, 0.5, 0.5], a.minimum(Of([1], 0.5f)));
    }

    [Fact]
    public void Changes_in_place_change_the_tensor_itself()
    {
        var a = Of([2], 1, 2);

        Assert.Same(a, a.add_(1).mul_(3).sub_(Of([2], 1, 1)).div_(Of([2], 5, 8)).mul_(Of([2], 2, 4)).div_(2).sub_(1).add_(Of([2], 1, 1), 2));
        Close([2, 3], a);
        Close([2, 2.5], a.clamp_(max: 2.5));
        Close([1, 1.25], a.lerp_(zeros([2]), 0.5));
        Close([0, 0], a.zero_());
    }

    [Fact]
    public void Comparisons_choose()
    {
        var (a, b) = (Of([3], 1, 2, 3), Of([3], 2, 2, 2));

        Assert.Equal(ScalarType.Bool, a.gt(b).dtype);
        Close([0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1],
            cat([a.gt(b), a.ge(b), a.lt(b), a.le(b), a.eq(b), a.ne(b)]).to(ScalarType.Float32));
        Close([0, 0, 1, 0, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1],
            cat([a.gt(2), a.ge(2), a.lt(2), a.le(2), a.eq(2), a.ne(2)]).to(ScalarType.Float32));
        Close([2, 2, 3], where(a.gt(b), a, b));
        Close([9, 2, 3], a.masked_fill(a.lt(b), 9));
        Assert.True(a.gt(2).logical_or(a.lt(2)).any().ToBoolean());
        Assert.False(a.gt(2).logical_and(a.lt(2)).any().ToBoolean());
        Assert.True(a.gt(3).logical_not().all().ToBoolean());
        Assert.True((a / 0).sub(a / 0).isnan().all().ToBoolean());
    }

    [Fact]
    public void Reductions_go_over_the_axes_named()
    {
        var a = Of([2, 3], 1, 5, 3, 4, 2, 6);

        Close([9, 12], a.sum(1));
        Close([5, 7, 9], a.sum([0]));
        Assert.Equal([2, 1], a.sum(1, keepdim: true).shape);
        Close([3.5], a.mean([0, 1]));
        Close([5, 6], a.amax([1]));
        Close([1, 2, 3], a.amin([0]));
        Close([6], a.max());
        Close([1], a.min());
        Close([5, 6], a.max(1).values);
        Assert.Equal([1L, 2], a.max(1).indexes.data<long>().ToArray());
        Close([1, 2, 3], a.min(0).values);
        Assert.Equal([0L, 1, 0], a.min(0).indexes.data<long>().ToArray());
        Assert.Equal(5, a.argmax().ToDouble());
        Assert.Equal([2, 1], a.argmax(1, keepdim: true).shape);
        Close([Math.Sqrt(3.5)], a.std());
        Close([Math.Sqrt(8 / 3.0)], a.narrow(0, 0, 1).std([1], unbiased: false));
        Close([Math.Sqrt(91)], a.norm());
        Close([9, 12], a.norm(1, p: 1));
        Close([1, 6, 9, 4, 6, 12], a.cumsum(1));
        Close([Math.Log(Math.Exp(1) + Math.Exp(4))], a.narrow(1, 0, 1).logsumexp(0));
    }

    [Fact]
    public void Shapes_orders_and_parts_match()
    {
        var a = Of([2, 3], 1, 2, 3, 4, 5, 6);

        Close([1, 4, 2, 5, 3, 6], a.transpose(0, 1));
        Close([1, 4, 2, 5, 3, 6], a.permute(1, 0));
        Close([3, 6, 2, 5, 1, 4], a.rot90());
        Close([4, 1, 5, 2, 6, 3], a.rot90(-1, (0, 1)));
        Close([3, 1, 2, 6, 4, 5], a.roll(1, 1));
        Close([6, 4, 5, 3, 1, 2], a.roll([1, 1], [0, 1]));
        Assert.Equal([3, 2], a.view(3, -1).shape);
        Assert.Throws<TorchException>(() => a.transpose(0, 1).view(6));
        Assert.Equal([2, 1, 3], a.unsqueeze(1).shape);
        Assert.Equal([2, 3], a.unsqueeze(0).squeeze().shape);
        Assert.Equal([1, 2, 3], a.reshape(1, 2, 1, 3).squeeze(2).shape);
        Close([1, 1, 2, 2], Of([2, 1], 1, 2).expand(-1, 2));
        Close([4, 5, 6], a[1]);
        Close([2, 5], a.select(1, 1));
        Close([3, 4], a.gather(1, tensor([2L, 0], [2, 1])));
        Close([1, 2, 3, 4, 5, 6], stack([a[0], a[1]]));
        Close([1, 4, 2, 5, 3, 6], stack([a[0], a[1]], 1));
        Assert.Equal([2L, 1], a.split(2, 1).Select(p => p.shape[1]));
        Close([3, 6], a.chunk(2, -1)[1]);
        Assert.Equal(3, a.chunk(5, 1).Length);
        Close([7, 10, 15, 22], Of([2, 2], 1, 2, 3, 4).mm(Of([2, 2], 1, 2, 3, 4)));
        Assert.Equal([5, 2, 4], zeros([5, 2, 3]).bmm(zeros([5, 3, 4])).shape);
    }

    [Fact]
    public void Element_types_convert()
    {
        Assert.Equal(ScalarType.Byte, tensor([1, 255], [2]).dtype);
        Assert.Equal(ScalarType.Int16, tensor(new short[] { -1000 }, [1]).dtype);
        Close([1, 255], tensor(new byte[] { 1, 255 }, [2]).to(ScalarType.Float32));
        Close([-1000], tensor(new short[] { -1000 }, [1]).to(ScalarType.Float32));
        Close([0.5], tensor(new[] { 0.5 }, [1]).to(ScalarType.Float32));
        Close([0.5, 1], tensor(new long[] { 1, 2 }, [2]) * 0.5);
        Assert.Equal(ScalarType.Int64, (tensor(new long[] { 1 }, [1]) * 2).dtype);
        Close([0, 2, 4], arange(0, 6, 2));
        Close([0, 0, 1, 0, 1, 0], functional.one_hot(tensor(new long[] { 2, 1 }, [2]), 3).to(ScalarType.Float32));
    }

    [Fact]
    public void A_tensor_is_filled_anew_in_place()
    {
        var batch = zeros([2, 2]);
        var before = Tensor.TotalCount;

        batch.bytes = MemoryMarshal.AsBytes(new float[] { 1, 2, 3, 4 }.AsSpan());

        Assert.Equal(before, Tensor.TotalCount);
        Close([1, 2, 3, 4], batch);
        Assert.Throws<ArgumentException>(() => batch.bytes = new byte[3]);
    }

    [Fact]
    public void Random_numbers_have_their_distributions()
    {
        manual_seed(1);

        Close([0], randn([100_000]).mean(), 0.02);
        Close([1], randn([100_000]).std(), 0.02);
        Close([0.5], rand([100_000]).mean(), 0.01);
        Close([Math.Sqrt(1 / 12.0)], rand_like(zeros([100_000])).std(), 0.01);
        Close([1], randn_like(zeros([100_000])).std(), 0.02);
        Close([0.3], zeros([100_000]).bernoulli_(0.3).mean(), 0.01);
        Close([0, 1], Of([2], 0, 1).bernoulli());
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), randperm(50).data<long>().ToArray().Order());
        Assert.All(randint(3, 6, [100]).data<long>().ToArray(), n => Assert.InRange(n, 3, 5));
    }

    [Fact]
    public void A_generators_state_set_again_draws_the_same_numbers()
    {
        manual_seed(7);
        randn([3]);
        var state = get_rng_state();
        var first = randn([50]).data<float>().ToArray();
        var again = randn([50]).data<float>().ToArray();

        set_rng_state(state);

        Assert.Equal(first, randn([50]).data<float>().ToArray());
        Assert.Equal(again, randn([50]).data<float>().ToArray());
        Assert.Throws<TorchException>(() => set_rng_state(zeros([3], ScalarType.Byte)));
    }
}
