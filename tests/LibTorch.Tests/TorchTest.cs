using Scanlock.LibTorch;

// Live tensors are counted for the whole process, and so is its memory.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Scanlock.LibTorch.Tests;

/// <summary>Skips where there is no libtorch, and frees what a test made.</summary>
public abstract class TorchTest : IDisposable
{
    private readonly DisposeScope? _scope;

    protected TorchTest()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        torch.set_num_threads(2);
        _scope = torch.NewDisposeScope();
    }

    public void Dispose()
    {
        _scope?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static void Close(double[] expected, torch.Tensor actual, double tolerance = 1e-5)
    {
        using var scope = torch.NewDisposeScope();
        var values = actual.detach().data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - values[i]) <= tolerance, $"element {i}: expected {expected[i]}, got {values[i]}");
        }
    }

    protected static torch.Tensor Of(long[] shape, params float[] values) => torch.tensor(values, shape);
}
