using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.Training;

/// <summary>What every trial begins with.</summary>
/// <param name="Network">On the device, with fresh weights or those that the spec names; the caller's to dispose of.</param>
internal sealed record Start(Compute Compute, Architecture Network)
{
    /// <summary>What is wrong with the machine or the weights, before the long work on the data begins; null where nothing is.</summary>
    internal static async Task<Outcome.Failed?> FaultAsync(TrialPlan plan, string data, CancellationToken cancellationToken)
    {
        if (Compute.For(plan) is Result<Compute>.Refused refused)
        {
            return refused.Failed;
        }

        return plan.Spec.Start is { } weights && await StartingWeights.FaultAsync(data, weights, cancellationToken) is { } fault ? fault.Failed : null;
    }

    internal static async Task<Result<Start>> OfAsync(TrialPlan plan, string data, CancellationToken cancellationToken)
    {
        var chosen = Compute.For(plan);
        if (chosen is not Result<Compute>.Ok(var compute))
        {
            return ((Result<Compute>.Refused)chosen).As<Start>();
        }

        var network = Draw(plan);
        if (plan.Spec.Start is { } weights && await StartingWeights.LoadAsync(network, plan.Spec, data, weights, cancellationToken) is { } unfit)
        {
            network.Dispose();
            return unfit.As<Start>();
        }

        compute.Take(network);
        return new Result<Start>.Ok(new Start(compute, network));
    }

    /// <summary>The spec's network with fresh weights, drawn by the seed, in main memory.</summary>
    private static Architecture Draw(TrialPlan plan)
    {
        var spec = plan.Spec;
        manual_seed(plan.Seed);
        return Networks.Network.Create(spec.Network, spec.Channels, TrialNetworks.Of(spec.Network).UsualOutputs, spec.Dropout);
    }
}
