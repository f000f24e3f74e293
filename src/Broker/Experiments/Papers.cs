using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Storage;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;

namespace Scanlock.Broker.Experiments;

/// <summary>An experiment with what the gateway signed for it, verified.</summary>
internal sealed record AllowedExperiment(Experiment Experiment, Gateways.Gateway Gateway, PermitCheck.Good Permit)
{
    public ExperimentSpec Spec { get; } =
        JsonSerializer.Deserialize(Experiment.Spec, ContractsJson.Strict.ExperimentSpec) ?? throw new InvalidOperationException("A kept spec is one.");
}

/// <summary>Reads the statements that are kept beside trials.</summary>
internal sealed class Papers(IDbContextFactory<BrokerDb> databases, GatewayDirectory gateways)
{
    /// <summary>The experiment of a trial past approval; or the sentence why its gateway cannot be dealt with any more.</summary>
    public async Task<(AllowedExperiment? Allowed, string? Problem)> AllowedAsync(string experiment, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var row = await db.Experiments.AsNoTracking().SingleAsync(kept => kept.Id == experiment, cancellationToken);
        var request = await db.Requests.AsNoTracking().SingleAsync(kept => kept.Id == row.RequestId, cancellationToken);
        var permit = await db.Permits.AsNoTracking().SingleAsync(kept => kept.RequestId == row.RequestId, cancellationToken);
        if (gateways.Find(row.Gateway) is not { } gateway)
        {
            return (null, $"The gateway '{row.Gateway}' is not in this broker's configuration any more.");
        }

        // Verified anew: the pinned key may have been replaced since.
        return PermitCheck.Of(request, gateway, permit.Permit, permit.Manifest) switch
        {
            PermitCheck.Good good => (new(row, gateway, good), null),
            PermitCheck.Bad bad => (null, bad.Sentence),
            _ => throw new InvalidOperationException("No such check."),
        };
    }

    /// <summary>The gateway of a trial; null where the configuration has it no more.</summary>
    public async Task<Gateways.Gateway?> GatewayAsync(Trial trial, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return gateways.Find(await db.Experiments.Where(kept => kept.Id == trial.ExperimentId).Select(kept => kept.Gateway).SingleAsync(cancellationToken));
    }

    /// <summary>What a trial trains.</summary>
    public async Task<KeptSpec> SpecAsync(string trial, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Specs.AsNoTracking().SingleAsync(kept => kept.TrialId == trial, cancellationToken);
    }

    /// <summary>The job statement of a trial that has one, compact.</summary>
    public async Task<string> JobAsync(string trial, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Jobs.Where(kept => kept.TrialId == trial).Select(kept => kept.Statement).SingleAsync(cancellationToken);
    }

    public async Task<KeptOutcome?> OutcomeAsync(string trial, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Outcomes.AsNoTracking().SingleOrDefaultAsync(kept => kept.TrialId == trial, cancellationToken);
    }

    /// <summary>Gives a trial the metrics of another, in the caller's transaction.</summary>
    public static async Task CopyMetricsAsync(BrokerDb db, string from, string to, CancellationToken cancellationToken)
    {
        var metrics = await db.Outcomes.Where(outcome => outcome.TrialId == from).Select(outcome => outcome.Metrics).SingleAsync(cancellationToken);
        await KeepOutcomeAsync(db, to, outcome => outcome with { Metrics = metrics }, cancellationToken);
    }

    /// <summary>Writes into the outcome of a trial, in the caller's transaction.</summary>
    public static async Task KeepOutcomeAsync(BrokerDb db, string trial, Func<KeptOutcome, KeptOutcome> change, CancellationToken cancellationToken)
    {
        if (await db.Outcomes.SingleOrDefaultAsync(kept => kept.TrialId == trial, cancellationToken) is { } outcome)
        {
            db.Entry(outcome).CurrentValues.SetValues(change(outcome));
        }
        else
        {
            db.Outcomes.Add(change(new(trial)));
        }
    }
}
