using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>
/// Until disposed, a network answers as in evaluation, its running statistics stay as they are, and gradients go through it to its input
/// without being taken of its weights.
/// </summary>
internal sealed class FrozenNetwork : IDisposable
{
    private readonly Module _network;
    private readonly bool _trained;
    private readonly List<Tensor> _frozen;

    internal FrozenNetwork(Module network)
    {
        _network = network;
        _trained = network.training;
        _frozen = [.. network.parameters().Where(p => p.requires_grad)];
        network.eval();
        Require(false);
    }

    public void Dispose()
    {
        Require(true);
        _network.train(_trained);
    }

    private void Require(bool gradient)
    {
        foreach (var parameter in _frozen)
        {
            parameter.requires_grad = gradient;
        }
    }
}
