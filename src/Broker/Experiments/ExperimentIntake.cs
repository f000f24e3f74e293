using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Scheduling;
using Scanlock.Broker.Sites;
using Scanlock.Broker.Storage;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Trials;

namespace Scanlock.Broker.Experiments;

/// <summary>What came of handing in an experiment.</summary>
internal abstract record Submission
{
    private Submission() { }

    public sealed record Taken(Experiment Experiment, bool Again) : Submission;

    public sealed record Invalid(IReadOnlyList<string> Errors) : Submission;

    /// <summary>The gateway denies access; the experiment is kept as refused.</summary>
    public sealed record Denied(string Sentence, IReadOnlyList<Reason> Reasons) : Submission;

    /// <summary>The id belongs to something else.</summary>
    public sealed record Clash(string Sentence) : Submission;

    /// <summary>The gateway does not take the request as it is.</summary>
    public sealed record NotTaken(string Sentence) : Submission;

    public sealed record Unavailable(string Sentence) : Submission;
}

/// <summary>
/// Takes experiments in.
/// <list type="number">
/// <item>Check the spec; find out which trainer the site offers where none is named.</item>
/// <item>Keep the experiment and its trials, before anybody else hears of it.</item>
/// <item>Ask the gateway for access with the researcher's own token, which is not kept: a broker that dies here needs it again, so the
/// client hands in the same id once more.</item>
/// <item>Keep what the gateway answers. From here the scheduler carries on.</item>
/// </list>
/// </summary>
internal sealed class ExperimentIntake(
    IDbContextFactory<BrokerDb> databases, GatewayDirectory gateways, GatewayClient client, SiteDirectory sites, TrialStore trials, Wakeup wakeup, TimeProvider clock)
{
    public async Task<Submission> SubmitAsync(Person person, SubmitExperiment submission, CancellationToken cancellationToken)
    {
        if (SpecCheck.Faults(submission, gateways, sites, out var trial) is { Count: > 0 } faults)
        {
            return new Submission.Invalid(faults);
        }

        var spec = JsonSerializer.SerializeToElement(submission.Spec, ContractsJson.Strict.ExperimentSpec);
        var canonical = System.Text.Encoding.UTF8.GetString(CanonicalJson.Serialize(spec));
        var id = submission.Id.ToLowerInvariant();
        if (await FindAsync(id, cancellationToken) is { } known)
        {
            return !person.Owns(known) ? new Submission.Clash("This id is taken; choose another.")
                : known.Spec != canonical ? new Submission.Clash("An experiment with this id and another spec was handed in before.")
                : known.Request == ExperimentRequests.Asking ? await AskAsync(known, submission, trial!, again: true, cancellationToken)
                : Outcome(known, again: true);
        }

        var (trainer, problem) = await TrainerAsync(submission.Spec, cancellationToken);
        if (problem is not null)
        {
            return problem;
        }

        var experiment = new Experiment(
            id, person.Issuer, person.Subject, submission.Spec.Name, submission.Spec.Gateway, submission.Spec.Dataset, submission.Spec.Site,
            trainer.ToString(), canonical, clock.GetUtcNow());
        return await KeepAsync(experiment, cancellationToken)
            ? await AskAsync(experiment, submission, trial!, again: false, cancellationToken)
            : await SubmitAsync(person, submission, cancellationToken);
    }

    private async Task<Experiment?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Experiments.AsNoTracking().SingleOrDefaultAsync(experiment => experiment.Id == id, cancellationToken);
    }

    /// <summary>The trainer named, or the only one the site offers.</summary>
    private async Task<(Sha256Digest Trainer, Submission? Problem)> TrainerAsync(ExperimentSpec spec, CancellationToken cancellationToken)
    {
        if (spec.Trainer is { } named)
        {
            return (named, null);
        }

        var sight = await sites.LookAsync(sites.Find(spec.Site)!, cancellationToken);
        return sight switch
        {
            { Problem: { } problem } => (default, new Submission.Unavailable($"Which trainer the site offers cannot be asked now, and spec.trainer names none. {problem.Sentence}")),
            { Welcome.Trainers: [var only] } => (only, null),
            { Welcome.Trainers: [] } => (default, new Submission.Invalid([$"spec.trainer: the site '{spec.Site}' offers no trainer"])),
            _ => (default, new Submission.Invalid([$"spec.trainer: the site '{spec.Site}' offers several; name one of {string.Join(", ", sight.Welcome!.Trainers)}"])),
        };
    }

    /// <summary>False where the id was handed in at the same moment by another call.</summary>
    private async Task<bool> KeepAsync(Experiment experiment, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        db.Experiments.Add(experiment);
        db.Trials.Add(new(Guid.CreateVersion7(clock.GetUtcNow()).ToString(), experiment.Id, 0, experiment.Site, TrialState.WaitingApproval, experiment.At));
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return true;
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            if (await FindAsync(experiment.Id, cancellationToken) is null)
            {
                throw;
            }

            return false;
        }
    }

    private async Task<Submission> AskAsync(Experiment experiment, SubmitExperiment submission, TrialSpec trial, bool again, CancellationToken cancellationToken)
    {
        var gateway = gateways.Find(experiment.Gateway)!;
        var spec = submission.Spec;
        var request = new AccessRequest(
            Wire.Version, experiment.Id, spec.Dataset, spec.Version, spec.Project, spec.Purpose, spec.Site, Sha256Digest.Parse(experiment.Trainer), SpecCheck.Bounds(spec, trial));
        switch (await client.RequestAccessAsync(gateway, request, submission.GatewayToken, cancellationToken))
        {
            case GatewayReply<RequestView>.Got(var view):
                return Outcome(await DecideAsync(experiment, view.State, view.Reasons, cancellationToken), again);
            case GatewayReply<RequestView>.Refused { Status: StatusCodes.Status401Unauthorized }:
                await ForgetAsync(experiment);
                return new Submission.NotTaken($"gateway_token: the gateway '{gateway.Name}' does not accept it; sign in there again.");
            case GatewayReply<RequestView>.Refused { Status: StatusCodes.Status403Forbidden } refused:
                await DecideAsync(experiment, RequestStates.Denied, refused.Reasons, cancellationToken);
                return new Submission.Denied(refused.Sentence, refused.Reasons);
            case GatewayReply<RequestView>.Refused refused:
                await ForgetAsync(experiment);
                return new Submission.NotTaken($"The gateway '{gateway.Name}' does not take the request: {refused.Explanation}");
            case GatewayReply<RequestView>.Unavailable unavailable:
                return new Submission.Unavailable($"{unavailable.Sentence} The experiment is kept; hand it in again, with the same id, to go on.");
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    private static Submission Outcome(Experiment experiment, bool again) => experiment.Request == RequestStates.Denied
        ? new Submission.Denied($"The gateway '{experiment.Gateway}' refuses access.", Reasons.Read(experiment.Reasons))
        : new Submission.Taken(experiment, again);

    /// <summary>Keeps the gateway's decision; a permit itself is fetched by the scheduler.</summary>
    private async Task<Experiment> DecideAsync(Experiment experiment, string state, IReadOnlyList<Reason> reasons, CancellationToken cancellationToken)
    {
        // An allowed request is still waiting for its permit here.
        var request = state == RequestStates.Allowed ? RequestStates.Pending : state;
        Experiment decided;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            var row = await db.Experiments.SingleAsync(kept => kept.Id == experiment.Id, cancellationToken);
            if (row.Request != ExperimentRequests.Asking)
            {
                return row;
            }

            decided = row with { Request = request, Reasons = Reasons.Write(reasons), Trouble = null, DueAt = default, Revision = row.Revision + 1 };
            db.Entry(row).CurrentValues.SetValues(decided);
            await db.SaveChangesAsync(cancellationToken);
        }

        if (request == RequestStates.Denied)
        {
            await RefuseAsync(decided, reasons, cancellationToken);
        }

        wakeup.Ring();
        return decided;
    }

    private async Task RefuseAsync(Experiment experiment, IReadOnlyList<Reason> reasons, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var trial in await db.Trials.Where(trial => trial.ExperimentId == experiment.Id).Select(trial => trial.Id).ToListAsync(cancellationToken))
        {
            await trials.ApplyAsync(trial, new TrialEvent.PermitRefused(PermitSentences.Of(experiment.Gateway, RequestStates.Denied, reasons)), cancellationToken);
        }
    }

    /// <summary>Nobody took the request, so nothing is left of it; not even a client that hung up changes that.</summary>
    private async Task ForgetAsync(Experiment experiment)
    {
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        await db.Trials.Where(trial => trial.ExperimentId == experiment.Id).ExecuteDeleteAsync(CancellationToken.None);
        await db.Experiments.Where(kept => kept.Id == experiment.Id && kept.Request == ExperimentRequests.Asking).ExecuteDeleteAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
