using Scanlock.Broker.Experiments;
using Scanlock.Broker.Sites;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Scheduling;

/// <summary>Signs jobs, hands them in, and takes them back.</summary>
internal sealed class Submitting(TrialStore trials, Papers papers, JobWriter writer, TimeProvider clock)
{
    private static readonly TimeSpan s_stageAgainAfter = TimeSpan.FromSeconds(5);

    /// <summary>One step of a trial that is submitting, or is to be cancelled at its site.</summary>
    /// <returns>Why the site is away, or null.</returns>
    public async Task<SiteProblem?> StepAsync(SiteConnection connection, Trial trial, CancellationToken cancellationToken)
    {
        switch (TrialMachine.Next(trial))
        {
            case TrialStep.Abandon:
                await trials.ApplyAsync(trial.Id, new TrialEvent.Abandoned(), cancellationToken);
                return null;
            case TrialStep.SignJob:
                await SignAsync(trial, cancellationToken);
                return null;
            case TrialStep.HandIn:
                return await HandInAsync(connection, trial, cancellationToken);
            case TrialStep.CancelAtSite:
                return await CancelAsync(connection, trial, cancellationToken);
            default:
                return null;
        }
    }

    private async Task SignAsync(Trial trial, CancellationToken cancellationToken)
    {
        var (allowed, problem) = await papers.AllowedAsync(trial.ExperimentId, cancellationToken);
        if (allowed is null)
        {
            await trials.ApplyAsync(trial.Id, Setbacks.Later(trial, problem!, clock.GetUtcNow()), cancellationToken);
            return;
        }

        var job = writer.Sign(trial, await papers.SpecAsync(trial.Id, cancellationToken), allowed);
        if (job.Compact.Length > StatementKinds.Job.MaxLength)
        {
            await trials.ApplyAsync(
                trial.Id,
                new TrialEvent.GivenUp(BrokerFailures.JobTooLarge, $"The job statement has {job.Compact.Length} characters, its manifest included; the bound is {StatementKinds.Job.MaxLength}."),
                cancellationToken);
            return;
        }

        await trials.ApplyAsync(trial.Id, new TrialEvent.JobSigned(job.Digest.ToString()), cancellationToken, async db =>
        {
            // Kept once: where another signature was kept first, that one is the job.
            if (await db.Jobs.FindAsync([trial.Id], cancellationToken) is null)
            {
                db.Jobs.Add(new(trial.Id, job.Compact));
            }
        });
    }

    private async Task<SiteProblem?> HandInAsync(SiteConnection connection, Trial trial, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        switch (await connection.AskAsync<Accepted>(new Submit(await papers.JobAsync(trial.Id, cancellationToken)), cancellationToken))
        {
            case SiteReply<Accepted>.Got(var accepted, _) when accepted.Job.ToString() == trial.Job:
                await trials.ApplyAsync(trial.Id, new TrialEvent.Accepted(), cancellationToken);
                return null;
            case SiteReply<Accepted>.Got:
                return SshFailure.NotAnAgent(trial.Site, "it accepts another job than the one handed in");
            case SiteReply<Accepted>.Refused { Code: AgentRefusals.NotStaged }:
                await trials.ApplyAsync(trial.Id, new TrialEvent.PartsMissing(now + s_stageAgainAfter), cancellationToken);
                return null;
            case SiteReply<Accepted>.Refused { Code: AgentRefusals.Expired } refused:
                await trials.ApplyAsync(trial.Id, new TrialEvent.PermitRefused(SiteRefusals.Explain(refused.Code, refused.Sentence)), cancellationToken);
                return null;
            case SiteReply<Accepted>.Refused refused:
                await trials.ApplyAsync(trial.Id, Setbacks.OfRefusal(trial, refused.Code, refused.Sentence, now), cancellationToken);
                return null;
            case SiteReply<Accepted>.Down(var problem):
                return problem;
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    private async Task<SiteProblem?> CancelAsync(SiteConnection connection, Trial trial, CancellationToken cancellationToken)
    {
        switch (await connection.AskAsync<Done>(new Cancel(Sha256Digest.Parse(trial.Job!)), cancellationToken))
        {
            case SiteReply<Done>.Got:
                await trials.ApplyAsync(trial.Id, new TrialEvent.CancelDelivered(), cancellationToken);
                return null;
            case SiteReply<Done>.Refused { Code: AgentRefusals.UnknownJob }:
                await trials.ApplyAsync(trial.Id, new TrialEvent.SiteForgot(), cancellationToken);
                return null;
            case SiteReply<Done>.Refused refused:
                await trials.ApplyAsync(trial.Id, Setbacks.Later(trial, SiteRefusals.Explain(refused.Code, refused.Sentence), clock.GetUtcNow()), cancellationToken);
                return null;
            case SiteReply<Done>.Down(var problem):
                return problem;
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }
}
