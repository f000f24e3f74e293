using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;

namespace Scanlock.Broker.Experiments;

/// <summary>
/// The same trial is never run twice: where its researcher has trained the same spec with the same seed, trainer and data before, for the same
/// purpose and under a permit of the same terms, those results are this trial's too.
/// </summary>
internal sealed class Reuse(IDbContextFactory<BrokerDb> databases)
{
    /// <summary>What an allowed trial is to do: null to run.</summary>
    public async Task<TrialEvent?> OfAsync(string trial, DateTimeOffset retryAt, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var spec = await db.Specs.AsNoTracking().SingleAsync(kept => kept.TrialId == trial, cancellationToken);
        if (spec.Identity.Length == 0 || !await db.Specs.AnyAsync(twin => twin.Identity == spec.Identity && twin.TrialId != trial, cancellationToken))
        {
            return null;
        }

        var alike = await Twins(db).Where(twin => twin.Identity == spec.Identity).OrderBy(twin => twin.Trial.At).ThenBy(twin => twin.Trial.Id).ToListAsync(cancellationToken);
        var mine = alike.Single(twin => twin.Trial.Id == trial);
        var permit = ReadPermit(mine);
        if (TrialSpecReader.Read(JsonElement.Parse(spec.Spec)) is not TrialSpecResult.Valid(var read) || TrialBounds.Check(read, permit.Bounds, permit.Minima).Count > 0)
        {
            // What this permit does not allow is refused where it would run.
            return null;
        }

        return alike
            .Where(twin => twin.Trial.Id != trial && twin.Trial.Reused is null && twin.Trainer == mine.Trainer && twin.Issuer == mine.Issuer && twin.Subject == mine.Subject)
            .Where(twin => AreSameTerms(ReadPermit(twin), permit))
            .Select(twin => OfTwin(twin.Trial, retryAt))
            .FirstOrDefault(happened => happened is not null);
    }

    /// <summary>Its results where they are out; to wait for one that gets on. One that is held up, or fails, is not waited for.</summary>
    private static TrialEvent? OfTwin(Trial twin, DateTimeOffset retryAt) => twin switch
    {
        { State: TrialState.Finished, Job: { } job, Metrics: ResultStates.Released, Model: { } model } => new TrialEvent.Reused(twin.Id, job, ResultStates.Released, model),
        _ when twin.State.IsTerminal() || twin.State == TrialState.WaitingApproval || twin.CancelAsked || twin.Trouble is not null => null,
        { Ending: null or TrialState.Finished } => new TrialEvent.Trouble($"The same trial is under way in the experiment {twin.ExperimentId}; its results will be this trial's too.", retryAt),
        _ => null,
    };

    // It was verified before it was kept.
    private static Permit ReadPermit(Twin twin) => StatementKinds.Permit.ReadUnverified(twin.Permit).Value;

    private static bool AreSameTerms(Permit one, Permit other) =>
        one.Egress == other.Egress && one.Minima == other.Minima && one.Basis == other.Basis && one.Project == other.Project
        && one.Datasets.SequenceEqual(other.Datasets) && one.Isolation.SequenceEqual(other.Isolation, StringComparer.Ordinal)
        && one.Purpose.IsSameAs(other.Purpose);

    private static IQueryable<Twin> Twins(BrokerDb db) =>
        from trial in db.Trials.AsNoTracking()
        join spec in db.Specs on trial.Id equals spec.TrialId
        join experiment in db.Experiments on trial.ExperimentId equals experiment.Id
        join permit in db.Permits on experiment.RequestId equals permit.RequestId
        select new Twin
        {
            Trial = trial, Identity = spec.Identity, Issuer = experiment.Issuer, Subject = experiment.Subject, Trainer = experiment.Trainer, Permit = permit.Permit,
        };

    /// <summary>A trial with all that says what it trains, for whom and under what terms.</summary>
    private sealed class Twin
    {
        public required Trial Trial { get; init; }
        public required string Identity { get; init; }
        public required string Issuer { get; init; }
        public required string Subject { get; init; }
        public required string Trainer { get; init; }
        public required string Permit { get; init; }
    }
}
