using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Experiments;

/// <summary>What came of asking for models.</summary>
internal abstract record ReleaseOutcome
{
    private ReleaseOutcome() { }

    /// <summary>Each trial's view says how its model stands now.</summary>
    public sealed record Asked : ReleaseOutcome;

    public sealed record Invalid(IReadOnlyList<string> Errors) : ReleaseOutcome;

    /// <summary>The gateway refuses all that were asked for.</summary>
    public sealed record Denied(string Sentence, IReadOnlyList<Reason> Reasons) : ReleaseOutcome;

    public sealed record NotTaken(string Sentence) : ReleaseOutcome;

    public sealed record Unavailable(string Sentence) : ReleaseOutcome;
}

/// <summary>Asks gateways for models in the researcher's name; asking again for the same model is the same request.</summary>
internal sealed class Releases(IDbContextFactory<BrokerDb> databases, GatewayDirectory gateways, GatewayClient client, TrialStore trials)
{
    private const int MaxTrials = 1000;

    public async Task<ReleaseOutcome> AskAsync(Experiment experiment, ReleaseModels release, CancellationToken cancellationToken)
    {
        var (named, faults) = await FindAsync(experiment, release, cancellationToken);
        if (faults.Count > 0)
        {
            return new ReleaseOutcome.Invalid(faults);
        }

        if (gateways.Find(experiment.Gateway) is not { } gateway)
        {
            return new ReleaseOutcome.Unavailable($"The gateway '{experiment.Gateway}' is not in this broker's configuration any more.");
        }

        ReleaseOutcome.Denied? denied = null;
        var taken = 0;
        foreach (var trial in named)
        {
            switch (await client.RequestModelAsync(gateway, trial.Job!, release.GatewayToken, cancellationToken))
            {
                case GatewayReply<RequestView>.Got(var view):
                    await SeeAsync(trial, view.State, GatewaySentences.Explain("", view.Reasons), cancellationToken);
                    denied = view.State == RequestStates.Denied ? new("The gateway refuses the model.", view.Reasons) : denied;
                    taken += view.State == RequestStates.Denied ? 0 : 1;
                    break;
                case GatewayReply<RequestView>.Refused { Status: StatusCodes.Status401Unauthorized }:
                    return new ReleaseOutcome.NotTaken($"gateway_token: the gateway '{gateway.Name}' does not accept it; sign in there again.");
                case GatewayReply<RequestView>.Refused { Status: StatusCodes.Status403Forbidden } refused:
                    await SeeAsync(trial, RequestStates.Denied, refused.Explanation, cancellationToken);
                    denied = new(refused.Sentence, refused.Reasons);
                    break;
                case GatewayReply<RequestView>.Refused refused:
                    return new ReleaseOutcome.NotTaken($"The gateway '{gateway.Name}' does not take the request: {refused.Explanation}");
                case GatewayReply<RequestView>.Unavailable unavailable:
                    return new ReleaseOutcome.Unavailable(unavailable.Sentence);
            }
        }

        return taken == 0 && denied is not null ? denied : new ReleaseOutcome.Asked();
    }

    private async Task<(List<Trial> Named, List<string> Faults)> FindAsync(Experiment experiment, ReleaseModels release, CancellationToken cancellationToken)
    {
        if (release.Trials.Count is 0 or > MaxTrials)
        {
            return ([], [$"trials: name 1 to {MaxTrials}"]);
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var mine = await db.Trials.AsNoTracking().Where(trial => trial.ExperimentId == experiment.Id && release.Trials.Contains(trial.Id)).ToListAsync(cancellationToken);
        List<string> faults = [];
        for (var i = 0; i < release.Trials.Count; i++)
        {
            if (mine.Find(trial => trial.Id == release.Trials[i]) is not { } trial)
            {
                faults.Add($"trials[{i}]: this experiment has no such trial");
            }
            else if (trial.Model is null)
            {
                faults.Add($"trials[{i}]: the trial has no model at the gateway: it is {trial.State.ToName()}");
            }
        }

        return (mine, faults);
    }

    private Task<Trial> SeeAsync(Trial trial, string request, string explanation, CancellationToken cancellationToken)
    {
        var model = request switch
        {
            RequestStates.Allowed => ResultStates.Released,
            RequestStates.Pending => ResultStates.Review,
            _ => ResultStates.Refused,
        };
        var sentence = model == ResultStates.Released || explanation.Length == 0 ? null : explanation;
        return trials.ApplyAsync(trial.Id, new TrialEvent.ResultsSeen(trial.Metrics!, model, sentence, default), cancellationToken);
    }
}
