using static Scanlock.LibTorch.torch;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.LibTorch.Tests;

/// <summary>What of devices can be told on any machine, and what only where there is a GPU.</summary>
public sealed class DeviceTests : TorchTest
{
    [Fact]
    public void Under_autocast_a_layer_computes_in_16_bits_and_its_weights_learn_in_32()
    {
        manual_seed(1);
        using var layer = Conv2d(1, 2, 3);
        var image = randn([1, 1, 8, 8]);
        var exact = layer.call(image);
        Tensor rough;
        using (autocast(DeviceType.CPU))
        {
            rough = layer.call(image);
            using (autocast(DeviceType.CPU, enabled: false))
            {
                Assert.Equal(ScalarType.Float32, layer.call(image).dtype);
            }

            Assert.Equal(ScalarType.BFloat16, layer.call(image).dtype);
        }

        Assert.Equal(ScalarType.BFloat16, rough.dtype);
        Assert.Equal(ScalarType.Float32, layer.call(image).dtype);
        Close([.. exact.detach().data<float>().ToArray()], rough.to(ScalarType.Float32), 0.03);
        rough.sum().backward();
        Assert.Equal(ScalarType.Float32, layer.weight.grad!.dtype);
    }

    [Fact]
    public void Autocast_does_not_end_on_another_thread()
    {
        using var on = autocast(DeviceType.CPU);
        var other = new Thread(() => Assert.Throws<InvalidOperationException>(on.Dispose));
        other.Start();
        other.Join();
    }

    [Fact]
    public void Channels_last_is_another_order_of_the_same_values()
    {
        var image = arange(0, 2 * 3 * 4).reshape(1, 2, 3, 4);
        var turned = image.to(MemoryFormat.ChannelsLast);

        Assert.True(image.is_contiguous());
        Assert.True(turned.is_contiguous(MemoryFormat.ChannelsLast));
        Assert.False(turned.is_contiguous());
        Assert.Throws<InvalidOperationException>(() => turned.bytes.ToArray());
        Close([.. image.data<float>().ToArray()], turned);
    }

    [Fact]
    public void A_network_in_channels_last_answers_and_learns_alike()
    {
        manual_seed(1);
        using var network = Sequential(("0", Conv2d(2, 4, 3)), ("1", BatchNorm2d(4)), ("2", Conv2d(4, 2, 3, stride: 2)));
        var image = randn([2, 2, 12, 12]);
        var plain = Answer(image);
        network.to(MemoryFormat.ChannelsLast);
        var turned = Answer(image.to(MemoryFormat.ChannelsLast));

        Assert.True(network.parameters().First().is_contiguous(MemoryFormat.ChannelsLast));
        Close(plain, tensor(Array.ConvertAll(turned, v => (float)v), [turned.Length]), 1e-4);

        double[] Answer(Tensor input)
        {
            foreach (var parameter in network.parameters())
            {
                parameter.ClearGradient();
            }

            var output = network.call(input);
            output.square().sum().backward();
            return [.. output.detach().data<float>().ToArray(), .. network.parameters().First().grad!.data<float>().ToArray()];
        }
    }

    [Fact]
    public void Without_a_GPU_what_needs_one_says_so()
    {
        Assert.SkipWhen(cuda.is_available(), "there is a GPU");

        Assert.Equal(0, cuda.device_count());
        Assert.Throws<TorchException>(() => new Transfer(CUDA));
        Assert.Throws<TorchException>(() => ones([1]).pin_memory());
        Assert.Throws<TorchException>(() => cuda.synchronize());
        Assert.Throws<TorchException>(() => cuda.get_rng_state());
        Assert.Throws<TorchException>(() => ones([1]).to(CUDA));
        Assert.Throws<TorchException>(() => new Transfer(CPU));
        Assert.False(ones([1]).is_pinned());
    }

    [Fact]
    public void A_pinned_batch_crosses_on_a_stream_of_its_own()
    {
        Assert.SkipUnless(cuda.is_available(), "needs a GPU");
        var batch = arange(0, 1 << 20).pin_memory();
        using var copies = new Transfer(CUDA);

        var there = copies.Send(batch);
        copies.HandOver(there);
        var sum = there.sum();
        copies.Synchronize();
        batch.zero_();

        Assert.True(batch.is_pinned());
        Assert.Equal(DeviceType.CUDA, there.device.type);
        Assert.Equal(549755289600.0, sum.to(ScalarType.Float64).ToDouble(), 1e6);
    }

    [Fact]
    public void On_a_GPU_autocast_and_its_generator_work()
    {
        Assert.SkipUnless(cuda.is_available(), "needs a GPU");
        using var layer = Conv2d(8, 8, 3);
        layer.to(CUDA).to(MemoryFormat.ChannelsLast);
        using (autocast(DeviceType.CUDA))
        {
            Assert.Equal(ScalarType.BFloat16, layer.call(randn([1, 8, 8, 8], device: CUDA)).dtype);
        }

        var state = cuda.get_rng_state();
        var first = randn([50], device: CUDA).data<float>().ToArray();
        cuda.set_rng_state(state);
        Assert.Equal(first, randn([50], device: CUDA).data<float>().ToArray());
    }
}
