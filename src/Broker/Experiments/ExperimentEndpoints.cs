using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Broker;
using Scanlock.Web;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Broker.Experiments;

internal static class ExperimentEndpoints
{
    private const string Elsewhere = "The gateway logs what comes of it; a broker keeps no audit log.";
    private const string OwnOnly = "Shows a researcher what is theirs; each exit of data was logged by its gateway.";
    private const int DefaultPage = 100;
    private const int MaxPage = 1000;

    public static void MapExperiments(this IEndpointRouteBuilder routes)
    {
        routes.MapPost(BrokerRoutes.Experiments, SubmitAsync).RequireRoles(Roles.Researcher).NotAudited(Elsewhere).WithName("SubmitExperiment")
            .WithSummary("Hands in an experiment and asks its gateway for access in the researcher's name.");
        routes.MapGet(BrokerRoutes.Experiments, ListAsync).RequireRoles().NotAudited(OwnOnly).WithName("ListExperiments")
            .WithSummary("The caller's experiments, newest first; those with many trials without them.");
        routes.MapGet(BrokerRoutes.Experiment, ShowAsync).RequireRoles().NotAudited(OwnOnly).WithName("ShowExperiment")
            .WithSummary("One experiment with its trials.");
        routes.MapPost(BrokerRoutes.Cancel, CancelAsync).RequireRoles(Roles.Researcher).NotAudited(Elsewhere).WithName("CancelExperiment")
            .WithSummary("Stops an experiment's trials wherever they are; the site is purged.");
        routes.MapPost(BrokerRoutes.Release, ReleaseAsync).RequireRoles(Roles.Researcher).NotAudited(Elsewhere).WithName("ReleaseModels")
            .WithSummary("Asks the gateway for the models of trials in the researcher's name.");
        routes.MapGet(BrokerRoutes.Trial, ShowTrialAsync).RequireRoles().NotAudited(OwnOnly).WithName("ShowTrial")
            .WithSummary("One trial with all its progress.");
        routes.MapGet(BrokerRoutes.Metrics, MetricsAsync).RequireRoles().NotAudited(OwnOnly).WithName("TrialMetrics")
            .WithSummary("A trial's metrics, as the gateway let them out.");
        routes.MapGet(BrokerRoutes.Model, ModelAsync).RequireRoles().NotAudited(OwnOnly).WithName("TrialModel")
            .WithSummary("A trial's released model, safetensors.");
    }

    private static async Task<Results<Created<ExperimentView>, Ok<ExperimentView>, ProblemHttpResult>> SubmitAsync(
        SubmitExperiment submission, ExperimentIntake intake, BrokerDb db, HttpContext context, CancellationToken cancellationToken) =>
        await intake.SubmitAsync(context.User.ToPerson(), submission, cancellationToken) switch
        {
            Submission.Taken { Again: false } taken => TypedResults.Created(
                BrokerRoutes.Experiments + "/" + taken.Experiment.Id, await Views.OfAsync(db, taken.Experiment, cancellationToken)),
            Submission.Taken taken => TypedResults.Ok(await Views.OfAsync(db, taken.Experiment, cancellationToken)),
            Submission.Invalid invalid => Problems.Invalid("The experiment cannot be taken as it is.", invalid.Errors),
            Submission.Denied denied => Problems.Refused(denied.Sentence, denied.Reasons),
            Submission.Clash clash => Problems.Conflict(clash.Sentence),
            Submission.NotTaken not => Problems.BadRequest(not.Sentence),
            Submission.Unavailable unavailable => Problems.Unavailable(unavailable.Sentence),
            _ => throw new InvalidOperationException("No such submission."),
        };

    private static async Task<Results<Ok<IReadOnlyList<ExperimentView>>, ProblemHttpResult>> ListAsync(
        BrokerDb db, HttpContext context, CancellationToken cancellationToken, int limit = DefaultPage, DateTimeOffset? before = null)
    {
        if (limit is < 1 or > MaxPage)
        {
            return Problems.BadRequest($"limit: must be from 1 to {MaxPage}.");
        }

        var mine = db.Experiments.AsNoTracking().Of(context.User.ToPerson());
        var page = await (before is { } end ? mine.Where(experiment => experiment.At < end) : mine)
            .OrderByDescending(experiment => experiment.At).ThenByDescending(experiment => experiment.Id)
            .Take(limit)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(await Views.ListAsync(db, page, cancellationToken));
    }

    private static async Task<Results<Ok<ExperimentView>, ProblemHttpResult>> ShowAsync(
        string experiment, BrokerDb db, HttpContext context, CancellationToken cancellationToken) =>
        await FindAsync(db, context, experiment, cancellationToken) is { } mine
            ? TypedResults.Ok(await Views.OfAsync(db, mine, cancellationToken))
            : NoExperiment(experiment);

    private static async Task<Results<Ok<ExperimentView>, ProblemHttpResult>> CancelAsync(
        string experiment, BrokerDb db, TrialStore trials, HttpContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(db, context, experiment, cancellationToken) is not { } mine)
        {
            return NoExperiment(experiment);
        }

        foreach (var trial in await db.Trials.Where(trial => trial.ExperimentId == mine.Id).Select(trial => trial.Id).ToListAsync(cancellationToken))
        {
            await trials.ApplyAsync(trial, new TrialEvent.CancelAsked(), cancellationToken);
        }

        return TypedResults.Ok(await Views.OfAsync(db, mine, cancellationToken));
    }

    private static async Task<Results<Ok<ExperimentView>, ProblemHttpResult>> ReleaseAsync(
        string experiment, ReleaseModels release, Releases releases, BrokerDb db, HttpContext context, CancellationToken cancellationToken)
    {
        if (await FindAsync(db, context, experiment, cancellationToken) is not { } mine)
        {
            return NoExperiment(experiment);
        }

        return await releases.AskAsync(mine, release, cancellationToken) switch
        {
            ReleaseOutcome.Asked => TypedResults.Ok(await Views.OfAsync(db, mine, cancellationToken)),
            ReleaseOutcome.Invalid invalid => Problems.Invalid("These models cannot be asked for.", invalid.Errors),
            ReleaseOutcome.Denied denied => Problems.Refused(denied.Sentence, denied.Reasons),
            ReleaseOutcome.NotTaken not => Problems.BadRequest(not.Sentence),
            ReleaseOutcome.Unavailable unavailable => Problems.Unavailable(unavailable.Sentence),
            _ => throw new InvalidOperationException("No such outcome."),
        };
    }

    private static async Task<Results<Ok<TrialView>, ProblemHttpResult>> ShowTrialAsync(
        string trial, BrokerDb db, HttpContext context, CancellationToken cancellationToken) =>
        await db.FindTrialAsync(context.User.ToPerson(), trial, cancellationToken) is var (experiment, mine)
            ? TypedResults.Ok(await Views.OfAsync(db, experiment, mine, cancellationToken))
            : NoTrial(trial);

    private static async Task<Results<Ok<JsonElement>, ProblemHttpResult>> MetricsAsync(
        string trial, BrokerDb db, HttpContext context, CancellationToken cancellationToken)
    {
        if (await db.FindTrialAsync(context.User.ToPerson(), trial, cancellationToken) is not var (_, mine))
        {
            return NoTrial(trial);
        }

        var metrics = await db.Outcomes.Where(outcome => outcome.TrialId == mine.Id).Select(outcome => outcome.Metrics).SingleOrDefaultAsync(cancellationToken);
        return metrics is not null
            ? TypedResults.Ok(Views.Element(metrics))
            : Problems.Conflict(mine.Metrics is null
                ? $"The trial has no metrics: it is {mine.State.ToName()}."
                : $"The metrics are not out: they stand as '{mine.Metrics}' at the gateway.");
    }

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> ModelAsync(
        string trial, BrokerDb db, Models models, HttpContext context, CancellationToken cancellationToken)
    {
        if (await db.FindTrialAsync(context.User.ToPerson(), trial, cancellationToken) is not var (_, mine))
        {
            return NoTrial(trial);
        }

        return await models.OpenAsync(mine, cancellationToken) switch
        {
            ModelOpening.Open open => TypedResults.Stream(open.File, "application/octet-stream", $"{mine.Id}.safetensors", enableRangeProcessing: true),
            ModelOpening.NotOut not => Problems.Conflict(not.Sentence),
            ModelOpening.Unavailable unavailable => Problems.Unavailable(unavailable.Sentence),
            _ => throw new InvalidOperationException("No such opening."),
        };
    }

    private static Task<Experiment?> FindAsync(BrokerDb db, HttpContext context, string id, CancellationToken cancellationToken)
    {
        var lower = id.ToLowerInvariant();
        return db.Experiments.AsNoTracking().Of(context.User.ToPerson()).SingleOrDefaultAsync(experiment => experiment.Id == lower, cancellationToken);
    }

    private static ProblemHttpResult NoExperiment(string id) => Problems.NotFound($"You have no experiment '{Shown(id)}'.");

    private static ProblemHttpResult NoTrial(string id) => Problems.NotFound($"You have no trial '{Shown(id)}'.");

    private static string Shown(string id) => Gateways.GatewaySentences.Bounded(id.Length > 64 ? id[..64] : id);
}
