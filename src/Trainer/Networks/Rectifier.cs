using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>max(x, 0) of every network, in one place, so that another rule for its gradient can take it over.</summary>
internal static class Rectifier
{
    [ThreadStatic]
    private static Func<Tensor, Tensor>? t_instead;

    /// <summary>In place, unless something stands in for it.</summary>
    internal static Tensor Apply(Tensor x) => t_instead is { } instead ? instead(x) : x.relu_();

    internal static Module<Tensor, Tensor> Layer() => new RectifierLayer();

    /// <summary>Until disposed, on this thread, every network asks <paramref name="instead"/>.</summary>
    internal static IDisposable Replaced(Func<Tensor, Tensor> instead)
    {
        if (t_instead is not null)
        {
            throw new InvalidOperationException("The rectifier is replaced already.");
        }

        t_instead = instead;
        return new Replacement();
    }

    private sealed class RectifierLayer() : Module<Tensor, Tensor>(nameof(Rectifier))
    {
        public override Tensor forward(Tensor input) => Apply(input);
    }

    private sealed class Replacement : IDisposable
    {
        public void Dispose() => t_instead = null;
    }
}
