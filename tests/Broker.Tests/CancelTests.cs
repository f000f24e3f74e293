using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;
using Scanlock.Testing;

namespace Scanlock.Broker.Tests;

public sealed class CancelTests
{
    [Fact]
    public async Task A_trial_that_waits_for_approval_is_cancelled_at_once()
    {
        await using var world = await World.StartAsync();
        world.Gateway.Decision = RequestStates.Pending;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);

        await broker.CancelAsync(submission.Id);

        var cancelled = await broker.UntilStateAsync(submission.Id, TrialStates.Cancelled);
        Assert.Null(cancelled.Failure);
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task A_trial_cancelled_while_it_stages_leaves_nothing_at_the_site()
    {
        await using var world = await World.StartAsync();
        var second = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        world.Agent.OnRequest = async (request, answered) =>
        {
            if (request is Put { Offset: > 0 } && !answered)
            {
                second.TrySetResult();
                await goOn.Task.WaitAsync(World.Deadline);
            }
        };
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        await second.Task.WaitAsync(World.Deadline, TestContext.Current.CancellationToken);

        await broker.CancelAsync(submission.Id);
        goOn.SetResult();

        await broker.UntilStateAsync(submission.Id, TrialStates.Cancelled);
        Assert.Empty(world.Agent.Staged);
        Assert.Empty(world.Agent.Jobs);
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task A_running_trial_is_stopped_at_its_site_and_purged_with_a_receipt()
    {
        await using var world = await World.StartAsync();
        world.Agent.StopAtStep = 3;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        var running = await broker.UntilStateAsync(submission.Id, TrialStates.Running);

        await broker.CancelAsync(submission.Id);

        var cancelled = await broker.UntilStateAsync(submission.Id, TrialStates.Cancelled);
        Assert.Contains(world.Agent.Heard, request => request is Cancel cancel && cancel.Job.ToString() == running.Job);
        Assert.Equal([Sha256Digest.Parse(running.Job!)], world.Gateway.Receipts.Keys);
        Assert.Empty(world.Agent.Staged);
        Assert.Null(cancelled.Metrics);
    }

    [Fact]
    public async Task An_ended_trial_stays_as_it_ended()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        var finished = await broker.UntilStateAsync(submission.Id, TrialStates.Finished);

        await broker.CancelAsync(submission.Id);

        var after = (await broker.ShowAsync(submission.Id)).Trials.Single();
        Assert.Equal((finished.State, finished.Job, finished.Failure), (after.State, after.Job, after.Failure));
    }
}
