using System.Text.Json;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Sites;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Scheduling;

/// <summary>Carries the sealed results of a site's finished jobs to their gateways, over a connection of its own.</summary>
internal sealed class CollectingLane(SiteSettings site, SiteDirectory sites, TrialStore trials, Papers papers, GatewayClient gateways, TimeProvider clock)
{
    private static readonly TrialState[] s_states = [TrialState.Collecting];

    public async Task RoundAsync(CancellationToken cancellationToken)
    {
        var due = await trials.DueAsync(site.Name, s_states, clock.GetUtcNow(), cancellationToken);
        if (due.Count == 0)
        {
            return;
        }

        await using var connection = sites.Connect(site);
        SiteProblem? down = null;
        foreach (var trial in due)
        {
            if (TrialMachine.Next(trial) is TrialStep.Abandon)
            {
                await trials.ApplyAsync(trial.Id, new TrialEvent.Abandoned(), cancellationToken);
                continue;
            }

            down ??= await CollectAsync(connection, trial, cancellationToken);
            if (down is not null)
            {
                await trials.ApplyAsync(trial.Id, Setbacks.Of(trial, down, clock.GetUtcNow()), cancellationToken);
            }
        }
    }

    /// <summary>
    /// 1. Put both sealed parts; again where that was cut short. 2. Hand in the bundle, and hear what the gate decided. 3. Take the
    /// metrics where it let them out. 4. Only then is the trial collected.
    /// </summary>
    private async Task<SiteProblem?> CollectAsync(SiteConnection connection, Trial trial, CancellationToken cancellationToken)
    {
        if (await papers.GatewayAsync(trial, cancellationToken) is not { } gateway)
        {
            await LaterAsync(trial, "The gateway of this trial is not in this broker's configuration any more.", cancellationToken);
            return null;
        }

        var compact = (await papers.OutcomeAsync(trial.Id, cancellationToken))!.Bundle!;
        var bundle = StatementKinds.ResultBundle.ReadUnverified(compact).Value;
        foreach (var (part, stated) in new[] { (ResultParts.Metrics, bundle.Metrics), (ResultParts.Model, bundle.Model) })
        {
            var (arrived, down) = await PutAsync(connection, gateway, trial, bundle.Job, part, stated, cancellationToken);
            if (!arrived)
            {
                return down;
            }
        }

        await HandInAsync(gateway, trial, compact, cancellationToken);
        return null;
    }

    private async Task<(bool Arrived, SiteProblem? Down)> PutAsync(
        SiteConnection connection, Gateway gateway, Trial trial, Sha256Digest job, string part, SealedPart stated, CancellationToken cancellationToken)
    {
        SealedPartContent? content = null;
        var reply = await gateways.PutResultPartAsync(gateway, job.ToString(), part, () => content = new(connection, job, part, stated), cancellationToken);
        switch (content?.Fault, reply)
        {
            case (PartFault.SiteDown fault, _):
                return (false, fault.Problem);
            case (PartFault.Damaged, _):
                await GiveUpAsync(trial, BrokerFailures.ResultDamaged, $"The {part} that the site '{trial.Site}' hands out are not what its result bundle says.", cancellationToken);
                return (false, null);
            case (PartFault.SiteRefused fault, _):
                await LaterAsync(trial, SiteRefusals.Explain(fault.Code, fault.Sentence), cancellationToken);
                return (false, null);
            case (_, GatewayReply<bool>.Refused refused):
                await GiveUpAsync(trial, BrokerFailures.GatewayRefused, $"The gateway does not take the {part}: {refused.Explanation}", cancellationToken);
                return (false, null);
            case (_, GatewayReply<bool>.Unavailable unavailable):
                await LaterAsync(trial, unavailable.Sentence, cancellationToken);
                return (false, null);
            default:
                return (true, null);
        }
    }

    private async Task HandInAsync(Gateway gateway, Trial trial, string bundle, CancellationToken cancellationToken)
    {
        switch (await gateways.SubmitResultAsync(gateway, new(await papers.JobAsync(trial.Id, cancellationToken), bundle), cancellationToken))
        {
            case GatewayReply<ResultView>.Got(var view):
                await TakeAsync(gateway, trial, view, cancellationToken);
                break;
            case GatewayReply<ResultView>.Refused refused:
                await GiveUpAsync(trial, BrokerFailures.GatewayRefused, $"The gateway does not take the results: {refused.Explanation}", cancellationToken);
                break;
            case GatewayReply<ResultView>.Unavailable unavailable:
                await LaterAsync(trial, unavailable.Sentence, cancellationToken);
                break;
        }
    }

    private async Task TakeAsync(Gateway gateway, Trial trial, ResultView view, CancellationToken cancellationToken)
    {
        var (metrics, problem) = await ReleasedMetrics.TakeAsync(gateways, gateway, trial.Job!, view, cancellationToken);
        if (problem is not null)
        {
            await LaterAsync(trial, problem, cancellationToken);
            return;
        }

        await trials.ApplyAsync(
            trial.Id, new TrialEvent.Collected(view.Metrics, view.Model, ReleasedMetrics.Explain(view)), cancellationToken,
            db => metrics is null ? Task.CompletedTask : Papers.KeepOutcomeAsync(db, trial.Id, outcome => outcome with { Metrics = metrics }, cancellationToken));
    }

    private Task<Trial> LaterAsync(Trial trial, string sentence, CancellationToken cancellationToken) =>
        trials.ApplyAsync(trial.Id, Setbacks.Later(trial, sentence, clock.GetUtcNow()), cancellationToken);

    private Task<Trial> GiveUpAsync(Trial trial, string failure, string sentence, CancellationToken cancellationToken) =>
        trials.ApplyAsync(trial.Id, new TrialEvent.GivenUp(failure, sentence), cancellationToken);
}

/// <summary>The sealed parts of a result, as <see cref="Fetch"/> and the gateway's routes name them.</summary>
internal static class ResultParts
{
    public const string Metrics = "metrics";
    public const string Model = "model";
}

/// <summary>Metrics that the gate let out.</summary>
internal static class ReleasedMetrics
{
    /// <summary>The metrics as JSON where they are out, null where they are not; or the sentence why they cannot be had now.</summary>
    public static async Task<(string? Metrics, string? Problem)> TakeAsync(
        GatewayClient gateways, Gateway gateway, string job, ResultView view, CancellationToken cancellationToken)
    {
        if (view.Metrics is not (ResultStates.Released or ResultStates.Withheld))
        {
            return (null, null);
        }

        return await gateways.MetricsAsync(gateway, job, cancellationToken) switch
        {
            GatewayReply<JsonElement>.Got(var metrics) => (metrics.GetRawText(), null),
            GatewayReply<JsonElement>.Refused { Status: StatusCodes.Status404NotFound } when view.Metrics == ResultStates.Withheld => (null, null),
            GatewayReply<JsonElement>.Refused refused => (null, refused.Explanation),
            GatewayReply<JsonElement>.Unavailable unavailable => (null, unavailable.Sentence),
            _ => throw new InvalidOperationException("No such reply."),
        };
    }

    /// <summary>What speaks against any half of a result, in words; null where nothing does.</summary>
    public static string? Explain(ResultView view) =>
        GatewaySentences.Explain("", view.Reasons) is { Length: > 0 } sentence ? sentence : null;
}
