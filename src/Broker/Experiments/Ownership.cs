using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Access;

namespace Scanlock.Broker.Experiments;

/// <summary>Everybody sees their own experiments only; others' are as if they were not there.</summary>
internal static class Ownership
{
    public static IQueryable<Experiment> Of(this IQueryable<Experiment> experiments, Person person)
    {
        var (issuer, subject) = (person.Issuer, person.Subject);
        return experiments.Where(experiment => experiment.Issuer == issuer && experiment.Subject == subject);
    }

    public static bool Owns(this Person person, Experiment experiment) => experiment.Issuer == person.Issuer && experiment.Subject == person.Subject;

    /// <summary>A trial with its experiment, if it is this person's.</summary>
    public static async Task<(Experiment Experiment, Trial Trial)?> FindTrialAsync(this BrokerDb db, Person person, string id, CancellationToken cancellationToken)
    {
        if (await db.Trials.AsNoTracking().SingleOrDefaultAsync(trial => trial.Id == id, cancellationToken) is not { } trial)
        {
            return null;
        }

        return await db.Experiments.AsNoTracking().Of(person).SingleOrDefaultAsync(experiment => experiment.Id == trial.ExperimentId, cancellationToken) is { } experiment
            ? (experiment, trial)
            : null;
    }
}
