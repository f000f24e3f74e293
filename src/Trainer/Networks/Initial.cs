using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Networks;

/// <summary>Fresh weights as torchvision draws them, where they are not PyTorch's own default for the layer.</summary>
internal static class Initial
{
    /// <summary>Every convolution by He et al. (ICCV 2015) for ReLU, so that the signal, or with fan out the gradient, keeps its size.</summary>
    internal static void Convolutions(Module network, init.FanInOut mode)
    {
        foreach (var (_, weight) in network.named_parameters())
        {
            if (weight.dim() >= 4)
            {
                init.kaiming_normal_(weight, mode: mode, nonlinearity: init.NonlinearityType.ReLU);
            }
        }
    }

    internal static void ZeroBiases(Module network)
    {
        using var off = no_grad();
        foreach (var (_, bias) in network.named_parameters().Where(p => p.name.EndsWith("bias", StringComparison.Ordinal)))
        {
            bias.fill_(0);
        }
    }

    internal static void Normal(Tensor weight, double deviation)
    {
        using var off = no_grad();
        weight.normal_(0, deviation);
    }

    internal static void Uniform(Tensor weight, double bound)
    {
        using var off = no_grad();
        weight.uniform_(-bound, bound);
    }
}
