using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Sites;
using Scanlock.Broker.Storage;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Scheduling;

/// <summary>
/// Carries what agents and gateways say to each other. Nothing is remembered of a key request: one that was not answered is still
/// there at the next look, and the gateway gives the same answer to the same request.
/// </summary>
internal sealed partial class Courier(IDbContextFactory<BrokerDb> databases, TrialStore trials, Papers papers, GatewayClient gateways, ILogger<Courier> logger)
{
    private const int MaxProgressAtOnce = 1000;

    /// <summary>Carries a key request and the progress that has not been carried yet.</summary>
    /// <returns>What keeps the gateway from taking them now; why the site is away; each or null.</returns>
    public async Task<(string? Trouble, SiteProblem? Down)> CarryAsync(
        SiteConnection connection, Gateway gateway, Trial trial, Statement<KeyRequest>? request, CancellationToken cancellationToken)
    {
        if (request is not null)
        {
            var (trouble, down) = await CarryKeysAsync(connection, gateway, trial, request, cancellationToken);
            if (trouble is not null || down is not null)
            {
                return (trouble, down);
            }
        }

        return (await CarryProgressAsync(gateway, trial, cancellationToken), null);
    }

    /// <summary>Carries kept progress; the sentence why not, or null.</summary>
    public async Task<string?> CarryProgressAsync(Gateway gateway, Trial trial, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var waiting = db.Progress.Where(said => said.TrialId == trial.Id && !said.Carried);
        var some = await waiting.OrderBy(said => said.Sequence).Take(MaxProgressAtOnce).AsNoTracking().ToListAsync(cancellationToken);
        if (some.Count == 0)
        {
            return null;
        }

        var job = await papers.JobAsync(trial.Id, cancellationToken);
        var last = some[^1].Sequence;
        switch (await gateways.ProgressAsync(gateway, new(job, [.. some.Select(said => said.Statement)]), cancellationToken))
        {
            case GatewayReply<bool>.Got:
                await waiting.Where(said => said.Sequence <= last).ExecuteUpdateAsync(set => set.SetProperty(said => said.Carried, true), cancellationToken);
                return null;
            case GatewayReply<bool>.Refused refused:
                // What the gateway does not let out, the broker does not keep either (P6).
                LogProgressRefused(logger, trial.Id, refused.Status, refused.Explanation);
                await waiting.Where(said => said.Sequence <= last).ExecuteDeleteAsync(cancellationToken);
                return null;
            case GatewayReply<bool>.Unavailable unavailable:
                return unavailable.Sentence;
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    private async Task<(string? Trouble, SiteProblem? Down)> CarryKeysAsync(
        SiteConnection connection, Gateway gateway, Trial trial, Statement<KeyRequest> request, CancellationToken cancellationToken)
    {
        string? release;
        switch (await gateways.KeysAsync(gateway, new(await papers.JobAsync(trial.Id, cancellationToken), request.Compact), cancellationToken))
        {
            case GatewayReply<KeyAnswer>.Got(var answer):
                release = answer.Release;
                break;
            case GatewayReply<KeyAnswer>.Refused refused:
                LogKeysRefused(logger, trial.Id, request.Value.Sequence, refused.Status);
                await trials.ApplyAsync(trial.Id, new TrialEvent.KeysRefused($"The gateway '{gateway.Name}' gives no keys. {refused.Explanation}"), cancellationToken);
                release = null;
                break;
            case GatewayReply<KeyAnswer>.Unavailable unavailable:
                return (unavailable.Sentence, null);
            default:
                throw new InvalidOperationException("No such reply.");
        }

        switch (await connection.AskAsync<Done>(new Deliver(Sha256Digest.Parse(trial.Job!), request.Digest, release), cancellationToken))
        {
            case SiteReply<Done>.Down(var problem):
                return (null, problem);
            case SiteReply<Done>.Refused refused:
                LogNotDelivered(logger, trial.Id, request.Value.Sequence, refused.Code);
                return (null, null);
            default:
                return (null, null);
        }
    }

    [LoggerMessage(EventId = 3210, Level = LogLevel.Information, Message = "Trial {Trial}: the gateway refuses key request {Sequence} with status {Status}")]
    private static partial void LogKeysRefused(ILogger logger, string trial, int sequence, int status);

    [LoggerMessage(EventId = 3211, Level = LogLevel.Information, Message = "Trial {Trial}: the site does not take the answer to key request {Sequence}: {Code}")]
    private static partial void LogNotDelivered(ILogger logger, string trial, int sequence, string code);

    [LoggerMessage(EventId = 3212, Level = LogLevel.Warning, Message = "Trial {Trial}: the gateway refuses progress with status {Status}: {Reason}")]
    private static partial void LogProgressRefused(ILogger logger, string trial, int status, string reason);
}
