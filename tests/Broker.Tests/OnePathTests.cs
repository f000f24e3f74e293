using System.Text.Json;
using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Tests;

public sealed class OnePathTests
{
    [Fact]
    public async Task A_trial_goes_from_its_request_to_its_receipt()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();

        await broker.SubmitAsync(submission);
        var trial = await broker.UntilStateAsync(submission.Id, TrialStates.Finished);

        Assert.Equal(0.75, trial.Metrics!.Value.GetProperty("final").GetProperty("accuracy").GetDouble());
        Assert.Equal(ResultStates.Held, trial.Model);
        Assert.Equal([1, 2], trial.Progress.Select(said => said.Sequence));
        Assert.Equal(0.25, trial.Progress[1].Values["loss"]);
        var bytes = world.Gateway.Parts.Values.Sum(part => (long)part.Length);
        Assert.Equal(new StagingView(bytes, bytes, 0), trial.Staging);
        var job = Sha256Digest.Parse(trial.Job!);
        Assert.Equal([job], world.Gateway.Jobs.Keys);
        Assert.Equal([0, 1], world.Gateway.Releases.Values.Select(release => release.Sequence).Order());
        Assert.Equal(world.Agent.Receipts[job], world.Gateway.Receipts[job]);
        Assert.Empty(world.Agent.Staged);
    }
}
