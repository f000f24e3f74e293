using System.Text;
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
using Scanlock.Contracts.Searches;

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
/// <item>Check the spec and plan its trials; find out which trainer the site offers where none is named.</item>
/// <item>Find a permit of the researcher's that holds the experiment too; else a request of its own is to be made.</item>
/// <item>Keep the experiment and its trials, before anybody else hears of it.</item>
/// <item>Ask the gateway for access with the researcher's own token, which is not kept: a broker that dies here needs it again, so the
/// client hands in the same id once more.</item>
/// <item>Keep what the gateway answers. From here the scheduler carries on.</item>
/// </list>
/// </summary>
internal sealed class ExperimentIntake(
    IDbContextFactory<BrokerDb> databases, GatewayDirectory gateways, GatewayClient client, SiteDirectory sites, PermitSharing sharing, TrialStore trials, Wakeup wakeup, TimeProvider clock)
{
    public async Task<Submission> SubmitAsync(Person person, SubmitExperiment submission, CancellationToken cancellationToken)
    {
        if (SpecCheck.Faults(submission, gateways, sites, out var plan) is { Count: > 0 } faults)
        {
            return new Submission.Invalid(faults);
        }

        var spec = JsonSerializer.SerializeToElement(submission.Spec, ContractsJson.Strict.ExperimentSpec);
        var canonical = Encoding.UTF8.GetString(CanonicalJson.Serialize(spec));
        var id = submission.Id.ToLowerInvariant();
        if (await FindAsync(id, cancellationToken) is var (known, request))
        {
            return !person.Owns(known) ? new Submission.Clash("This id is taken; choose another.")
                : Canonical(known.Spec) != canonical ? new Submission.Clash("An experiment with this id and another spec was handed in before.")
                : request.State == PermitRequest.Asking ? await AskAsync(known, request, submission.GatewayToken, again: true, cancellationToken)
                : Outcome(known, request, again: true);
        }

        var (trainer, problem) = await TrainerAsync(submission.Spec, cancellationToken);
        return problem ?? await TakeAsync(person, submission, id, canonical, trainer, plan!, cancellationToken);
    }

    /// <summary>A kept spec as it would be written today: it may be of a time before an optional member.</summary>
    private static string Canonical(string kept) => Encoding.UTF8.GetString(
        CanonicalJson.Serialize(JsonSerializer.Deserialize(kept, ContractsJson.Strict.ExperimentSpec)!, ContractsJson.Strict.ExperimentSpec));

    private async Task<Submission> TakeAsync(
        Person person, SubmitExperiment submission, string id, string canonical, Sha256Digest trainer, SearchPlan plan, CancellationToken cancellationToken)
    {
        var (spec, least, now) = (submission.Spec, plan.LeastBounds(), clock.GetUtcNow());
        var asked = new AccessRequest(Wire.Version, id, spec.Dataset, spec.Version, spec.Project, spec.Purpose, spec.Site, trainer, spec.Bounds ?? least);
        var shared = await sharing.FindAsync(
            person, gateways.Find(spec.Gateway)!, asked with { Bounds = least }, submission.GatewayToken, cancellationToken);
        var own = new PermitRequest(
            id, person.Issuer, person.Subject, spec.Gateway, spec.Dataset, spec.Site,
            Encoding.UTF8.GetString(CanonicalJson.Serialize(asked, ContractsJson.Strict.AccessRequest)), now);
        var experiment = new Experiment(
            id, person.Issuer, person.Subject, spec.Name, spec.Gateway, spec.Dataset, spec.Site, trainer.ToString(), (shared ?? own).Id, spec.Search?.Method, canonical, now);
        if (!await KeepAsync(experiment, shared is null ? own : null, plan, cancellationToken))
        {
            return await SubmitAsync(person, submission, cancellationToken);
        }

        if (shared is null)
        {
            return await AskAsync(experiment, own, submission.GatewayToken, again: false, cancellationToken);
        }

        wakeup.Ring();
        return Outcome(experiment, shared, again: false);
    }

    private async Task<(Experiment Experiment, PermitRequest Request)?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await db.Experiments.AsNoTracking().SingleOrDefaultAsync(experiment => experiment.Id == id, cancellationToken) is { } experiment
            ? (experiment, await db.Requests.AsNoTracking().SingleAsync(request => request.Id == experiment.RequestId, cancellationToken))
            : null;
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
    private async Task<bool> KeepAsync(Experiment experiment, PermitRequest? own, SearchPlan plan, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        db.Experiments.Add(experiment);
        if (own is not null)
        {
            db.Requests.Add(own);
        }

        foreach (var planned in plan.Trials)
        {
            var trial = new Trial(Guid.CreateVersion7(experiment.At).ToString(), experiment.Id, planned.Ordinal, experiment.Site, TrialState.WaitingApproval, experiment.At);
            db.Trials.Add(trial);
            db.Specs.Add(new(
                trial.Id, planned.Configuration, JsonSerializer.Serialize(planned.Choices, ContractsJson.Strict.IReadOnlyDictionaryStringJsonElement),
                planned.Written.GetRawText(), planned.Seed, planned.Spec.Epochs, planned.Identity.ToString()));
        }

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

    private async Task<Submission> AskAsync(Experiment experiment, PermitRequest request, string personToken, bool again, CancellationToken cancellationToken)
    {
        var gateway = gateways.Find(experiment.Gateway)!;
        switch (await client.RequestAccessAsync(gateway, request.Asked, personToken, cancellationToken))
        {
            case GatewayReply<RequestView>.Got(var view):
                return Outcome(experiment, await DecideAsync(request, view.State, view.Reasons, cancellationToken), again);
            case GatewayReply<RequestView>.Refused { Status: StatusCodes.Status401Unauthorized }:
                await ForgetAsync(experiment);
                return new Submission.NotTaken($"gateway_token: the gateway '{gateway.Name}' does not accept it; sign in there again.");
            case GatewayReply<RequestView>.Refused { Status: StatusCodes.Status403Forbidden } refused:
                await DecideAsync(request, RequestStates.Denied, refused.Reasons, cancellationToken);
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

    private static Submission Outcome(Experiment experiment, PermitRequest request, bool again) => request.State == RequestStates.Denied
        ? new Submission.Denied($"The gateway '{experiment.Gateway}' refuses access.", Reasons.Read(request.Reasons))
        : new Submission.Taken(experiment, again);

    /// <summary>Keeps the gateway's decision; a permit itself is fetched by the scheduler.</summary>
    private async Task<PermitRequest> DecideAsync(PermitRequest request, string state, IReadOnlyList<Reason> reasons, CancellationToken cancellationToken)
    {
        PermitRequest decided;
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            var row = await db.Requests.SingleAsync(kept => kept.Id == request.Id, cancellationToken);
            if (row.State != PermitRequest.Asking)
            {
                return row;
            }

            // An allowed request is still waiting for its permit here.
            var kept = state == RequestStates.Allowed ? RequestStates.Pending : state;
            decided = row with { State = kept, Reasons = Reasons.Write(reasons), Trouble = null, DueAt = default, Revision = row.Revision + 1 };
            db.Entry(row).CurrentValues.SetValues(decided);
            await db.SaveChangesAsync(cancellationToken);
        }

        if (decided.State == RequestStates.Denied)
        {
            await RefuseAsync(decided, reasons, cancellationToken);
        }

        wakeup.Ring();
        return decided;
    }

    private async Task RefuseAsync(PermitRequest request, IReadOnlyList<Reason> reasons, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var trial in await db.Trials.Where(trial => trial.ExperimentId == request.Id).Select(trial => trial.Id).ToListAsync(cancellationToken))
        {
            await trials.ApplyAsync(trial, new TrialEvent.PermitRefused(PermitSentences.Of(request.Gateway, RequestStates.Denied, reasons)), cancellationToken);
        }
    }

    /// <summary>Nobody took the request, so nothing is left of it; not even a client that hung up changes that.</summary>
    private async Task ForgetAsync(Experiment experiment)
    {
        await using var db = await databases.CreateDbContextAsync(CancellationToken.None);
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        if (await db.Requests.Where(kept => kept.Id == experiment.RequestId && kept.State == PermitRequest.Asking).ExecuteDeleteAsync(CancellationToken.None) == 0)
        {
            return;
        }

        var mine = db.Trials.Where(trial => trial.ExperimentId == experiment.Id);
        await db.Specs.Where(spec => mine.Any(trial => trial.Id == spec.TrialId)).ExecuteDeleteAsync(CancellationToken.None);
        await mine.ExecuteDeleteAsync(CancellationToken.None);
        await db.Experiments.Where(kept => kept.Id == experiment.Id).ExecuteDeleteAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
