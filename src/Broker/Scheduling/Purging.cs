using Scanlock.Broker.Experiments;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Sites;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Scheduling;

/// <summary>Has a site delete what it holds for a trial, and carries its receipt (P10). The gateway hears all the job said first (P7).</summary>
internal sealed partial class Purging(TrialStore trials, Papers papers, Courier courier, GatewayClient gateways, TimeProvider clock, ILogger<Purging> logger)
{
    /// <returns>Why the site is away, or null.</returns>
    public async Task<SiteProblem?> StepAsync(SiteConnection connection, Trial trial, CancellationToken cancellationToken)
    {
        switch (TrialMachine.Next(trial))
        {
            case TrialStep.Discard:
                return await DiscardAsync(connection, trial, new TrialEvent.Discarded(), cancellationToken);
            case TrialStep.Purge:
                return await PurgeAsync(connection, trial, cancellationToken);
            case TrialStep.CarryReceipt:
                await CarryReceiptAsync(trial, cancellationToken);
                return null;
            default:
                return null;
        }
    }

    private async Task<SiteProblem?> PurgeAsync(SiteConnection connection, Trial trial, CancellationToken cancellationToken)
    {
        if (await papers.GatewayAsync(trial, cancellationToken) is { } gateway && await courier.CarryProgressAsync(gateway, trial, cancellationToken) is { } away)
        {
            await LaterAsync(trial, away, cancellationToken);
            return null;
        }

        var job = Sha256Digest.Parse(trial.Job!);
        switch (await connection.AskAsync<Purged>(new Purge(job), cancellationToken))
        {
            case SiteReply<Purged>.Got(var purged, _):
                await KeepReceiptAsync(trial, job, purged.Receipt, cancellationToken);
                return null;
            case SiteReply<Purged>.Refused { Code: AgentRefusals.UnknownJob }:
                // It was never handed in, or the site forgot it: what was staged may still be there.
                return await DiscardAsync(connection, trial, new TrialEvent.PurgeSettled(), cancellationToken);
            case SiteReply<Purged>.Refused { Code: AgentRefusals.NotFinished }:
                return await StopFirstAsync(connection, trial, job, cancellationToken);
            case SiteReply<Purged>.Refused refused:
                await LaterAsync(trial, SiteRefusals.Explain(refused.Code, refused.Sentence), cancellationToken);
                return null;
            case SiteReply<Purged>.Down(var problem):
                return problem;
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    private async Task KeepReceiptAsync(Trial trial, Sha256Digest job, string receipt, CancellationToken cancellationToken)
    {
        try
        {
            if (StatementKinds.PurgeReceipt.ReadUnverified(receipt).Value.Job != job)
            {
                throw new WireFormatException("a receipt for another job");
            }
        }
        catch (WireFormatException e)
        {
            await LaterAsync(trial, $"The purge receipt of the site '{trial.Site}' makes no sense: {e.Message.TrimEnd('.')}.", cancellationToken);
            return;
        }

        await trials.ApplyAsync(
            trial.Id, new TrialEvent.ReceiptKept(), cancellationToken,
            db => Papers.KeepOutcomeAsync(db, trial.Id, outcome => outcome with { Receipt = receipt }, cancellationToken));
    }

    private async Task<SiteProblem?> StopFirstAsync(SiteConnection connection, Trial trial, Sha256Digest job, CancellationToken cancellationToken)
    {
        if (await connection.AskAsync<Done>(new Cancel(job), cancellationToken) is SiteReply<Done>.Down(var problem))
        {
            return problem;
        }

        await LaterAsync(trial, $"The job is still being stopped at the site '{trial.Site}'.", cancellationToken);
        return null;
    }

    private async Task<SiteProblem?> DiscardAsync(SiteConnection connection, Trial trial, TrialEvent settled, CancellationToken cancellationToken)
    {
        var (allowed, problem) = await papers.AllowedAsync(trial.ExperimentId, cancellationToken);
        if (allowed is null)
        {
            await LaterAsync(trial, problem!, cancellationToken);
            return null;
        }

        foreach (var some in allowed.Permit.Manifest.Value.Parts().Select(part => part.Ciphertext).Distinct().Chunk(AgentProtocol.MaxItems))
        {
            switch (await connection.AskAsync<Done>(new Discard(some), cancellationToken))
            {
                case SiteReply<Done>.Down(var down):
                    return down;
                case SiteReply<Done>.Refused refused:
                    await LaterAsync(trial, SiteRefusals.Explain(refused.Code, refused.Sentence), cancellationToken);
                    return null;
            }
        }

        await trials.ApplyAsync(trial.Id, settled, cancellationToken);
        return null;
    }

    private async Task CarryReceiptAsync(Trial trial, CancellationToken cancellationToken)
    {
        if (await papers.GatewayAsync(trial, cancellationToken) is not { } gateway)
        {
            await LaterAsync(trial, "The gateway of this trial is not in this broker's configuration any more.", cancellationToken);
            return;
        }

        var receipt = (await papers.OutcomeAsync(trial.Id, cancellationToken))!.Receipt!;
        switch (await gateways.ReceiptAsync(gateway, new(await papers.JobAsync(trial.Id, cancellationToken), receipt), cancellationToken))
        {
            case GatewayReply<bool>.Unavailable unavailable:
                await LaterAsync(trial, unavailable.Sentence, cancellationToken);
                break;
            case GatewayReply<bool>.Refused refused:
                // The site is clean all the same, and the receipt stays here for whoever asks.
                LogReceiptRefused(logger, trial.Id, refused.Status, refused.Explanation);
                await trials.ApplyAsync(trial.Id, new TrialEvent.PurgeSettled(), cancellationToken);
                break;
            default:
                await trials.ApplyAsync(trial.Id, new TrialEvent.PurgeSettled(), cancellationToken);
                break;
        }
    }

    private Task<Trial> LaterAsync(Trial trial, string sentence, CancellationToken cancellationToken) =>
        trials.ApplyAsync(trial.Id, Setbacks.Later(trial, sentence, clock.GetUtcNow()), cancellationToken);

    [LoggerMessage(EventId = 3220, Level = LogLevel.Warning, Message = "Trial {Trial}: the gateway refuses the purge receipt with status {Status}: {Reason}")]
    private static partial void LogReceiptRefused(ILogger logger, string trial, int status, string reason);
}
