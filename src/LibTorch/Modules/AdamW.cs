using static Scanlock.LibTorch.torch;

namespace Scanlock.LibTorch.Modules;

internal sealed record AdamWOptions(double LearningRate, double Beta1, double Beta2, double Eps, double WeightDecay);

/// <summary>Settings that may change between steps.</summary>
public sealed class ParamGroup
{
    internal ParamGroup(double learningRate) => LearningRate = learningRate;

    public double LearningRate { get; set; }
}

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter, ICLR 2019), PyTorch's defaults.</summary>
public sealed unsafe class AdamW : IDisposable
{
    private readonly Parameter[] parameters;
    private readonly Tensor[] means;
    private readonly Tensor[] variances;
    private readonly AdamWOptions options;
    private readonly ParamGroup group;
    private long steps;

    internal AdamW(IEnumerable<Parameter> parameters, AdamWOptions options)
    {
        this.options = options;
        this.parameters = [.. parameters];
        means = [.. this.parameters.Select(ZerosLike)];
        variances = [.. this.parameters.Select(ZerosLike)];
        group = new ParamGroup(options.LearningRate);
    }

    public IEnumerable<ParamGroup> ParamGroups => [group];

    public void zero_grad()
    {
        foreach (var parameter in parameters)
        {
            parameter.ClearGradient();
        }
    }

    public void step()
    {
        steps++;
        using var p = new HeldHandles(parameters);
        using var m = new HeldHandles(means);
        using var v = new HeldHandles(variances);
        fixed (nint* pp = p.Pointers, mp = m.Pointers, vp = v.Pointers)
        {
            TorchException.ThrowIfFailed(Native.scanlock_adamw_step(
                pp, mp, vp, parameters.Length, steps, group.LearningRate, options.Beta1, options.Beta2, options.Eps, options.WeightDecay));
        }
    }

    public void Dispose()
    {
        foreach (var tensor in means.Concat(variances))
        {
            tensor.Dispose();
        }
    }

    private static Tensor ZerosLike(Parameter parameter) =>
        zeros(parameter.shape, parameter.dtype, parameter.device).DetachFromDisposeScope();
}
