using static Scanlock.LibTorch.torch;

namespace Scanlock.LibTorch.Modules;

internal sealed record SgdOptions(double LearningRate, double Momentum, double WeightDecay, bool Nesterov);

/// <summary>Stochastic gradient descent, with momentum, and Nesterov's (Sutskever et al., ICML 2013). PyTorch's arithmetic.</summary>
public sealed unsafe class SGD : optim.Optimizer
{
    private readonly SgdOptions options;
    private readonly (optim.ParamGroup Group, Tensor[] Parameters, Tensor[] Buffers)[] rules;

    /// <exception cref="ArgumentException">Nesterov's step without momentum.</exception>
    internal SGD(IEnumerable<optim.ParamGroup> groups, SgdOptions options)
        : base(groups, options.LearningRate, options.WeightDecay)
    {
        if (options.Nesterov && options.Momentum <= 0)
        {
            throw new ArgumentException("nesterov needs a momentum", nameof(options));
        }

        this.options = options;
        rules = [.. ParamGroups.Select(group => (
            group, (Tensor[])[.. group.Parameters], options.Momentum == 0 ? [] : Remember(group, "momentum_buffer")))];
    }

    public override void step()
    {
        foreach (var (group, parameters, buffers) in rules)
        {
            using var p = new HeldHandles(parameters);
            using var b = new HeldHandles(buffers);
            fixed (nint* pp = p.Pointers, bp = b.Pointers)
            {
                TorchException.ThrowIfFailed(Native.scanlock_sgd_step(
                    pp, options.Momentum == 0 ? null : bp, parameters.Length, group.LearningRate, options.Momentum, group.WeightDecay,
                    options.Nesterov ? 1 : 0));
            }
        }
    }
}
