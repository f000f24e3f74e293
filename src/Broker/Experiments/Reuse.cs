using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Experiments;

/// <summary>
/// The same trial is never run twice: where its researcher has trained the same spec with the same seed, trainer and data before, under a permit
/// that lets out the same, those results are this trial's too.
/// </summary>
internal sealed class Reuse(IDbContextFactory<BrokerDb> databases)
{
    /// <summary>What an allowed trial is to do: null to run.</summary>
    public async Task<TrialEvent?> OfAsync(string trial, DateTimeOffset retryAt, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var mine = await Twins(db).SingleAsync(twin => twin.Trial.Id == trial, cancellationToken);
        if (mine.Spec.Identity.Length == 0)
        {
            return null;
        }

        var twins = await Twins(db)
            .Where(twin => twin.Trial.Id != trial && twin.Spec.Identity == mine.Spec.Identity && twin.Trial.Reused == null
                && twin.Experiment.Issuer == mine.Experiment.Issuer && twin.Experiment.Subject == mine.Experiment.Subject && twin.Experiment.Trainer == mine.Experiment.Trainer)
            .OrderBy(twin => twin.Trial.At).ThenBy(twin => twin.Trial.Id)
            .ToListAsync(cancellationToken);
        var permit = ReadPermit(mine);
        foreach (var twin in twins.Where(twin => LetsOutTheSame(ReadPermit(twin), permit)))
        {
            if (twin.Trial is { State: TrialState.Finished, Job: { } job, Metrics: ResultStates.Released, Model: { } model })
            {
                return new TrialEvent.Reused(twin.Trial.Id, job, ResultStates.Released, model);
            }

            if (!twin.Trial.State.IsTerminal() && twin.Trial.State != TrialState.WaitingApproval && !twin.Trial.CancelAsked)
            {
                return new TrialEvent.Trouble($"The same trial runs already, in the experiment {twin.Experiment.Id}; its results will be this trial's too.", retryAt);
            }
        }

        return null;
    }

    // It was verified before it was kept.
    private static Permit ReadPermit(Twin twin) => StatementKinds.Permit.ReadUnverified(twin.Permit.Permit).Value;

    private static bool LetsOutTheSame(Permit one, Permit other) => one.Egress == other.Egress && one.Datasets.SequenceEqual(other.Datasets);

    private static IQueryable<Twin> Twins(BrokerDb db) =>
        from trial in db.Trials.AsNoTracking()
        join spec in db.Specs on trial.Id equals spec.TrialId
        join experiment in db.Experiments on trial.ExperimentId equals experiment.Id
        join permit in db.Permits on experiment.RequestId equals permit.RequestId
        select new Twin { Trial = trial, Spec = spec, Experiment = experiment, Permit = permit };

    /// <summary>A trial with all that says what it trains on what.</summary>
    private sealed class Twin
    {
        public required Trial Trial { get; init; }
        public required KeptSpec Spec { get; init; }
        public required Experiment Experiment { get; init; }
        public required KeptPermit Permit { get; init; }
    }
}
