using Scanlock.Broker.Experiments;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Sites;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;

namespace Scanlock.Broker.Scheduling;

/// <summary>
/// Asks a site once how all its jobs stand and carries what they say.
/// <list type="number">
/// <item>Keep new progress, so that it need not be asked for again.</item>
/// <item>Carry key requests and progress to the gateways, each gateway by itself: one that is away holds up no other's jobs.</item>
/// <item>Only then move the trial, with its bundle where it has finished; and to its end only once all its progress is kept.</item>
/// </list>
/// </summary>
internal sealed class Watching(TrialStore trials, Papers papers, Courier courier, Wakeup wakeup, TimeProvider clock)
{
    private sealed record Seen(Trial Trial, JobReport Report);

    /// <returns>Why the site is away, or null.</returns>
    public async Task<SiteProblem?> RoundAsync(SiteConnection connection, IReadOnlyList<Trial> due, CancellationToken cancellationToken)
    {
        var byJob = due.ToDictionary(trial => Sha256Digest.Parse(trial.Job!));
        var poll = new Poll([.. byJob.Select(entry => new PollJob(entry.Key, entry.Value.ProgressSeen))]);
        switch (await connection.AskAsync<Jobs>(poll, cancellationToken))
        {
            case SiteReply<Jobs>.Got(var jobs, _):
                var seen = await ReadAsync(jobs, byJob, cancellationToken);
                var problems = await Task.WhenAll((await GroupAsync(seen, cancellationToken)).Select(group => CarryAsync(connection, group.Gateway, group.Seen, cancellationToken)));
                return problems.FirstOrDefault(problem => problem is not null);
            case SiteReply<Jobs>.Refused refused:
                foreach (var trial in due)
                {
                    await trials.ApplyAsync(trial.Id, Setbacks.Later(trial, SiteRefusals.Explain(refused.Code, refused.Sentence), clock.GetUtcNow()), cancellationToken);
                }

                return null;
            case SiteReply<Jobs>.Down(var problem):
                return problem;
            default:
                throw new InvalidOperationException("No such reply.");
        }
    }

    private async Task<List<Seen>> ReadAsync(Jobs jobs, Dictionary<Sha256Digest, Trial> byJob, CancellationToken cancellationToken)
    {
        var seen = new List<Seen>();
        var said = jobs.Items.DistinctBy(item => item.Job).ToDictionary(item => item.Job);
        foreach (var (job, trial) in byJob)
        {
            try
            {
                var report = JobReport.Read(trial, said.GetValueOrDefault(job) ?? throw new WireFormatException("nothing, though asked"));
                await KeepProgressAsync(trial, report, cancellationToken);
                seen.Add(new(trial, report));
            }
            catch (WireFormatException e)
            {
                var sentence = $"What the site '{trial.Site}' says of this job makes no sense: {e.Message.TrimEnd('.')}.";
                await trials.ApplyAsync(trial.Id, Setbacks.Later(trial, sentence, clock.GetUtcNow()), cancellationToken);
            }
        }

        return seen;
    }

    private async Task KeepProgressAsync(Trial trial, JobReport report, CancellationToken cancellationToken)
    {
        if (report.Progress.Count > 0)
        {
            await trials.ApplyAsync(trial.Id, new TrialEvent.ProgressKept(report.Progress[^1].Sequence), cancellationToken, db =>
            {
                db.Progress.AddRange(report.Progress);
                return Task.CompletedTask;
            });
        }
    }

    private async Task<List<(Gateway? Gateway, List<Seen> Seen)>> GroupAsync(List<Seen> seen, CancellationToken cancellationToken)
    {
        var gateways = new Dictionary<string, Gateway?>(StringComparer.Ordinal);
        foreach (var one in seen.DistinctBy(one => one.Trial.ExperimentId))
        {
            gateways[one.Trial.ExperimentId] = await papers.GatewayAsync(one.Trial, cancellationToken);
        }

        return [.. seen.GroupBy(one => gateways[one.Trial.ExperimentId]?.Name).Select(group => (gateways[group.First().Trial.ExperimentId], group.ToList()))];
    }

    private async Task<SiteProblem?> CarryAsync(SiteConnection connection, Gateway? gateway, List<Seen> seen, CancellationToken cancellationToken)
    {
        string? away = gateway is null ? "The gateway of this trial is not in this broker's configuration any more." : null;
        foreach (var (trial, report) in seen)
        {
            if (away is null)
            {
                var (trouble, problem) = await courier.CarryAsync(connection, gateway!, trial, report.KeyRequest, cancellationToken);
                if (problem is not null)
                {
                    return problem;
                }

                away = trouble;
            }

            await MoveAsync(trial, report, away, cancellationToken);
        }

        return null;
    }

    private async Task MoveAsync(Trial trial, JobReport report, string? away, CancellationToken cancellationToken)
    {
        // A gateway that is away matters to a trial only while its job goes on as before; at its end the next step tells.
        if (away is not null && TrialMachine.After(trial, report.Happened).State == trial.State)
        {
            await trials.ApplyAsync(trial.Id, Setbacks.Later(trial, away, clock.GetUtcNow()), cancellationToken);
            return;
        }

        // One answer may not hold all a job said: it is over for us when it has nothing new to say.
        if (report is { IsTheEnd: true, Progress.Count: > 0 })
        {
            wakeup.Ring();
            return;
        }

        await trials.ApplyAsync(trial.Id, report.Happened, cancellationToken, async db =>
        {
            if (report.Bundle is { } bundle)
            {
                await Papers.KeepOutcomeAsync(db, trial.Id, outcome => outcome with { Bundle = bundle }, cancellationToken);
            }
        });
    }
}
