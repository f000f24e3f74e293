using System.Globalization;
using System.Runtime.InteropServices;
using static Scanlock.LibTorch.torch;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.LibTorch.Tests;

public sealed class MemoryTests : TorchTest
{
    [Fact]
    public void Five_hundred_training_steps_leak_nothing()
    {
        const int warmUp = 50, steps = 500;
        using var network = Sequential(
            ("conv", Conv2d(1, 8, 3, padding: 1)), ("norm", BatchNorm2d(8)), ("pool", MaxPool2d(2)), ("average", AdaptiveAvgPool2d(1)));
        using var head = Linear(8, 2);
        var parameters = network.parameters().Concat(head.parameters()).ToList();
        using var optimizer = optim.AdamW(parameters, amsgrad: true);
        using var batch = zeros([16, 1, 32, 32]);
        var pixels = new float[16 * 32 * 32];
        var (tensors, memory) = (0L, 0L);
        for (var step = 0; step < warmUp + steps; step++)
        {
            if (step == warmUp)
            {
                (tensors, memory) = (Tensor.TotalCount, ResidentBytes());
            }

            batch.bytes = MemoryMarshal.AsBytes(pixels.AsSpan());
            Step();
        }

        Assert.Equal(tensors, Tensor.TotalCount);
        Assert.True(ResidentBytes() - memory < 24 << 20, $"grew from {memory} to {ResidentBytes()} bytes");

        // All that holds native memory in some way of its own: views, pairs, gradients asked for and kept, casts, states, failures.
        void Step()
        {
            using var scope = NewDisposeScope();
            var image = batch.roll(1, 2).requires_grad_();
            using var cast = autocast(DeviceType.CPU);
            var logits = head.call(network.call(image).flatten(1)).to(ScalarType.Float32);
            var loss = functional.cross_entropy(logits, zeros([16], ScalarType.Int64)) + logits.max(1).values.sum();
            var slope = autograd.grad([loss], [image], retain_graph: true)[0];
            optimizer.zero_grad();
            (loss + slope.chunk(3)[0].norm()).backward();
            utils.clip_grad_norm_(parameters, 1);
            optimizer.step();
            Assert.Throws<TorchException>(() => loss + logits.reshape(7));
            Assert.Throws<TorchException>(() => autograd.grad([loss], [image, batch]));
        }
    }

    [Fact]
    public void A_scope_frees_what_was_made_in_it_but_for_what_was_taken_out()
    {
        var before = Tensor.TotalCount;
        Tensor kept, moved;
        using (NewDisposeScope())
        {
            using (var inner = NewDisposeScope())
            {
                _ = ones([1]) + ones([1]);
                kept = ones([1]).DetachFromDisposeScope();
                moved = ones([1]).MoveToOuterDisposeScope();
                Assert.Equal(3, inner.Count);
            }

            Assert.Equal(before + 2, Tensor.TotalCount);
            Close([1], moved);
        }

        Assert.Equal(before + 1, Tensor.TotalCount);
        Close([1], kept);
        kept.Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Scopes_close_in_the_reverse_order()
    {
        var outer = NewDisposeScope();
        var inner = NewDisposeScope();

        Assert.Throws<InvalidOperationException>(outer.Dispose);

        inner.Dispose();
        outer.Dispose();
    }

    [Fact]
    public void A_module_outlives_the_scope_it_was_made_in_and_frees_its_own()
    {
        var before = Tensor.TotalCount;
        Modules.Sequential network;
        using (NewDisposeScope())
        {
            network = Sequential(("0", Linear(2, 3)), ("1", Linear(3, 1)));
        }

        Assert.Equal(before + 4, Tensor.TotalCount);
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias"], network.named_parameters().Select(p => p.name));
        network.Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void A_tensor_that_everyone_forgot_is_freed_by_the_collector()
    {
        var before = Tensor.TotalCount;
        Forget();
        for (var i = 0; i < 50 && Tensor.TotalCount > before; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void Forget() => ones([1]).DetachFromDisposeScope();

    private static long ResidentBytes()
    {
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
