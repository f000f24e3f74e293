using System.Net;
using System.Net.Http.Json;
using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;

namespace Scanlock.Broker.Tests;

[Trait("promise", "P9")]
public sealed class KillTests
{
    [Fact]
    public async Task Killed_at_every_call_before_and_after_its_effect_a_trial_still_finishes_once()
    {
        await using var world = await World.StartAsync();
        await using var broker = KillableBroker.Start(world);
        var submission = World.Submission(spec: World.Spec() with { Trainer = World.Trainer });

        await SubmitAsync(broker, submission);
        var trial = await broker.UntilAsync(submission.Id, "the trial to finish", view => view.State is TrialStates.Finished or TrialStates.Failed or TrialStates.Refused);

        Assert.Equal((TrialStates.Finished, null), (trial.State, trial.Failure));
        Assert.NotNull(trial.Metrics);
        Assert.Equal([1, 2], trial.Progress.Select(said => said.Sequence));
        var job = Sha256Digest.Parse(trial.Job!);
        Assert.Equal([job], world.Gateway.Jobs.Keys);
        Assert.Equal([0, 1], world.Gateway.Releases.Values.Select(release => release.Sequence).Order());
        Assert.Equal([job], world.Gateway.Results.Keys);
        Assert.Equal([job], world.Gateway.Receipts.Keys);
        Assert.Equal([job], world.Agent.Receipts.Keys);
        Assert.Empty(world.Agent.Staged);
        Assert.Equal(9_201_000, trial.Staging!.Total);
        AssertKilledAt(broker, "Hello", "Have", "Put", "Submit", "Poll", "Deliver", "Fetch", "Purge", "requests", "permits", "parts", "keys", "progress", "results", "receipts");
    }

    [Fact]
    public async Task Killed_at_every_call_of_its_end_a_cancelled_trial_is_still_stopped_and_purged_once()
    {
        await using var world = await World.StartAsync();
        world.Agent.StopAtStep = 3;
        await using var broker = KillableBroker.Start(world, "Cancel", "Purge", "receipts");
        var submission = World.Submission(spec: World.Spec() with { Trainer = World.Trainer });
        await SubmitAsync(broker, submission);
        await broker.UntilAsync(submission.Id, "the job to run", view => view.State == TrialStates.Running);

        await broker.AskAsync("the cancellation", async client =>
        {
            using var answer = await client.PostAsync($"{BrokerRoutes.Experiments}/{submission.Id}/cancel", null);
            return answer.StatusCode == HttpStatusCode.OK ? "taken" : null;
        });
        var trial = await broker.UntilAsync(submission.Id, "the end", view => view.State is TrialStates.Cancelled or TrialStates.Finished or TrialStates.Failed);

        Assert.Equal(TrialStates.Cancelled, trial.State);
        Assert.Equal([Sha256Digest.Parse(trial.Job!)], world.Gateway.Receipts.Keys);
        Assert.Empty(world.Agent.Staged);
        AssertKilledAt(broker, "Cancel", "Purge", "receipts");
    }

    private static async Task SubmitAsync(KillableBroker broker, SubmitExperiment submission) => await broker.AskAsync("the submission", async client =>
    {
        using var answer = await client.PostAsJsonAsync(BrokerRoutes.Experiments, submission, ContractsJson.Strict.SubmitExperiment);
        return answer.IsSuccessStatusCode ? "taken" : null;
    });

    private static void AssertKilledAt(KillableBroker broker, params string[] acts)
    {
        foreach (var act in acts)
        {
            Assert.Contains(broker.KilledAt, at => at.Contains(act, StringComparison.Ordinal) && at.EndsWith(", not done", StringComparison.Ordinal));
            Assert.Contains(broker.KilledAt, at => at.Contains(act, StringComparison.Ordinal) && at.EndsWith(", done", StringComparison.Ordinal));
        }
    }
}
