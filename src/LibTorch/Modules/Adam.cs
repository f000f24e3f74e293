using static Scanlock.LibTorch.torch;

namespace Scanlock.LibTorch.Modules;

internal sealed record AdamOptions(double LearningRate, double Beta1, double Beta2, double Eps, double WeightDecay, bool Amsgrad);

/// <summary>Adam (Kingma and Ba, ICLR 2015); weight decay is added to the gradient. PyTorch's arithmetic.</summary>
public sealed class Adam : optim.Optimizer
{
    private readonly AdamRule[] rules;

    internal Adam(IEnumerable<optim.ParamGroup> groups, AdamOptions options)
        : base(groups, options.LearningRate, options.WeightDecay) =>
        rules = [.. ParamGroups.Select(group => new AdamRule(
            group, options, Remember(group, "exp_avg"), Remember(group, "exp_avg_sq"),
            options.Amsgrad ? Remember(group, "max_exp_avg_sq") : null, Count(group)))];

    public override void step()
    {
        foreach (var rule in rules)
        {
            rule.Step(decoupled: false);
        }
    }
}

/// <summary>Adam with weight decay apart from the gradient (Loshchilov and Hutter, ICLR 2019). PyTorch's arithmetic.</summary>
public sealed class AdamW : optim.Optimizer
{
    private readonly AdamRule[] rules;

    internal AdamW(IEnumerable<optim.ParamGroup> groups, AdamOptions options)
        : base(groups, options.LearningRate, options.WeightDecay) =>
        rules = [.. ParamGroups.Select(group => new AdamRule(
            group, options, Remember(group, "exp_avg"), Remember(group, "exp_avg_sq"),
            options.Amsgrad ? Remember(group, "max_exp_avg_sq") : null, Count(group)))];

    public override void step()
    {
        foreach (var rule in rules)
        {
            rule.Step(decoupled: true);
        }
    }
}

/// <summary>What Adam remembers of one group: mean and variance of each gradient, and with AMSGrad (Reddi et al., ICLR 2018) the largest variance.</summary>
internal sealed unsafe class AdamRule(
    optim.ParamGroup group, AdamOptions options, Tensor[] means, Tensor[] variances, Tensor[]? maxima, Tensor[] steps)
{
    private readonly Tensor[] parameters = [.. group.Parameters];

    internal void Step(bool decoupled)
    {
        using var p = new HeldHandles(parameters);
        using var m = new HeldHandles(means);
        using var v = new HeldHandles(variances);
        using var x = new HeldHandles(maxima ?? []);
        using var s = new HeldHandles(steps);
        fixed (nint* pp = p.Pointers, mp = m.Pointers, vp = v.Pointers, xp = x.Pointers, sp = s.Pointers)
        {
            TorchException.ThrowIfFailed(Native.scanlock_adam_step(
                pp, mp, vp, maxima is null ? null : xp, sp, parameters.Length, group.LearningRate, options.Beta1, options.Beta2,
                options.Eps, group.WeightDecay, decoupled ? 1 : 0));
        }
    }
}
