using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Scanlock.Broker.Storage;
using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Testing;

namespace Scanlock.Broker.Tests;

public sealed class GatewayAnswersTests
{
    [Fact]
    public async Task A_request_that_needs_approval_waits_for_it_and_then_goes_on()
    {
        await using var world = await World.StartAsync();
        world.Gateway.Decision = RequestStates.Pending;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();

        var view = await broker.SubmitAsync(submission);
        Assert.Equal((TrialStates.WaitingApproval, RequestStates.Pending), (view.State, view.Request));
        Assert.Equal("Waiting for approval at the gateway 'hospital'. One reviewer must agree.", view.Trials.Single().Explanation);
        Assert.Empty(world.Agent.Staged);

        world.Gateway.Decision = RequestStates.Allowed;
        await broker.UntilStateAsync(submission.Id, TrialStates.Finished);
    }

    [Theory]
    [InlineData(RequestStates.Denied, "refuses access")]
    [InlineData(RequestStates.Revoked, "has revoked the permit")]
    [InlineData(RequestStates.Expired, "has expired")]
    public async Task A_request_that_ends_badly_while_it_waits_refuses_the_trial(string decision, string says)
    {
        await using var world = await World.StartAsync();
        world.Gateway.Decision = RequestStates.Pending;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);

        world.Gateway.Decision = decision;
        var refused = await broker.UntilStateAsync(submission.Id, TrialStates.Refused);

        Assert.Equal(BrokerFailures.PermitRefused, refused.Failure);
        Assert.Contains(says, refused.Explanation, StringComparison.Ordinal);
        Assert.Empty(world.Agent.Staged);
    }

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_denied_request_answers_with_every_reason_and_is_kept_as_refused()
    {
        await using var world = await World.StartAsync();
        world.Gateway.Decision = RequestStates.Denied;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();

        using var answer = await broker.PostAsync(submission);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(["purposes", "sites"], problem.RootElement.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("rule").GetString()));
        var kept = await broker.ShowAsync(submission.Id);
        Assert.Equal((TrialStates.Refused, RequestStates.Denied, 2), (kept.State, kept.Request, kept.Reasons.Count));
    }

    [Fact]
    public async Task A_gateway_that_is_away_when_asked_keeps_the_experiment_for_the_same_id()
    {
        await using var world = await World.StartAsync();
        world.Gateway.Away = true;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();

        using var answer = await broker.PostAsync(submission);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);

        world.Gateway.Away = false;
        await broker.SubmitAsync(submission);
        await broker.UntilStateAsync(submission.Id, TrialStates.Finished);
    }

    [Fact]
    public async Task A_gateway_that_goes_away_while_the_job_waits_for_keys_is_waited_for()
    {
        await using var world = await World.StartAsync();
        world.Gateway.OnCall = (call, answered) =>
        {
            world.Gateway.Away |= call.Contains(GatewayRoutes.BrokerKeys, StringComparison.Ordinal) && !answered && world.Gateway.Releases.IsEmpty;
            return Task.CompletedTask;
        };
        world.Gateway.RefuseKeys = _ => false;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        await Wait.UntilAsync("the gateway to go away", () => Task.FromResult(world.Gateway.Away), World.Deadline);

        var waiting = await broker.UntilAsync(submission.Id, "an explanation", trial => trial.Explanation is not null);
        Assert.Contains("The gateway 'hospital' answers with status 503", waiting.Explanation, StringComparison.Ordinal);
        world.Gateway.OnCall = null;
        world.Gateway.Away = false;
        await broker.UntilStateAsync(submission.Id, TrialStates.Finished);
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_gateway_that_refuses_the_keys_fails_the_job_and_the_site_is_purged()
    {
        await using var world = await World.StartAsync();
        world.Gateway.RefuseKeys = _ => true;

        var failed = await FailAsync(world);

        Assert.Equal(JobFailures.KeyRefused, failed.Failure);
        Assert.Equal("The gateway 'hospital' gives no keys. The policy says no. Denied by revoked. Denied by sites.", failed.Explanation);
        AssertPurged(world, failed);
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_gateway_that_refuses_to_renew_the_lease_fails_the_job_and_the_site_is_purged()
    {
        await using var world = await World.StartAsync();
        world.Gateway.RefuseKeys = sequence => sequence > 0;

        var failed = await FailAsync(world);

        Assert.Equal(JobFailures.LeaseLapsed, failed.Failure);
        Assert.Contains("Denied by revoked.", failed.Explanation, StringComparison.Ordinal);
        AssertPurged(world, failed);
    }

    [Fact]
    public async Task A_job_that_fails_is_told_by_its_code_and_its_last_words_reach_the_gateway_before_the_purge()
    {
        await using var world = await World.StartAsync();
        world.Agent.Failure = JobFailures.Diverged;

        var failed = await FailAsync(world);

        Assert.Equal(JobFailures.Diverged, failed.Failure);
        Assert.Equal("The training diverged: a loss or weight was not finite.", failed.Explanation);
        Assert.Equal(3, world.Gateway.Progress.Count);
        Assert.Equal(2, failed.Progress.Count);
        AssertPurged(world, failed);
    }

    [Fact]
    public async Task All_that_a_job_said_reaches_the_gateway_before_the_purge_however_little_fits_an_answer()
    {
        await using var world = await World.StartAsync();
        world.Agent.FirstWords = 10;
        world.Agent.MostProgress = 2;
        world.Agent.Failure = JobFailures.OutOfTime;

        var failed = await FailAsync(world);

        Assert.Equal(JobFailures.OutOfTime, failed.Failure);
        Assert.Equal(12, world.Gateway.Progress.Count);
    }

    [Fact]
    [Trait("promise", "P6")]
    public async Task Progress_that_the_gateway_does_not_let_out_is_neither_shown_nor_kept()
    {
        await using var world = await World.StartAsync();
        world.Gateway.RefuseProgress = true;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);

        var trial = await broker.UntilStateAsync(submission.Id, TrialStates.Finished);

        Assert.Empty(trial.Progress);
        await using var db = await broker.Services.GetRequiredService<IDbContextFactory<BrokerDb>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await db.Progress.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_permit_that_another_key_signed_is_not_believed()
    {
        await using var world = await World.StartAsync();
        var configuration = world.WriteConfiguration();
        using var other = SigningKey.Create();
        await File.WriteAllTextAsync(world.Folder["gateway.pub.pem"], other.Public.ExportPem(), TestContext.Current.CancellationToken);
        await using var broker = await RunningBroker.StartAsync(world, configuration);
        world.Gateway.ExpectedAudience = other.Public.Id;
        var submission = World.Submission();
        await broker.SubmitAsync(submission);

        var failed = await broker.UntilStateAsync(submission.Id, TrialStates.Failed);

        Assert.Equal(BrokerFailures.GatewayStatement, failed.Failure);
        Assert.Contains("is not signed by the key entered for it", failed.Explanation, StringComparison.Ordinal);
        Assert.Empty(world.Agent.Staged);
    }

    [Fact]
    [Trait("promise", "P6")]
    public async Task Results_that_the_gate_refuses_fail_the_trial_with_its_reason()
    {
        await using var world = await World.StartAsync();
        world.Gateway.MetricsState = ResultStates.Refused;
        world.Gateway.ModelState = ResultStates.Refused;

        var failed = await FailAsync(world);

        Assert.Equal(BrokerFailures.ResultRefused, failed.Failure);
        Assert.Equal("The metrics hold a number that is none.", failed.Explanation);
        Assert.Null(failed.Metrics);
        AssertPurged(world, failed);
    }

    [Fact]
    public async Task Metrics_under_review_come_once_they_are_let_out()
    {
        await using var world = await World.StartAsync();
        world.Gateway.MetricsState = ResultStates.Review;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        var trial = await broker.UntilStateAsync(submission.Id, TrialStates.Finished);
        Assert.Null(trial.Metrics);
        using (var early = await broker.Client.GetAsync($"/api/v1/trials/{trial.Id}/metrics", TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.Conflict, early.StatusCode);
        }

        world.Gateway.MetricsState = ResultStates.Released;
        await broker.UntilAsync(submission.Id, "metrics", view => view.Metrics is not null);
        var metrics = await broker.Client.GetFromJsonAsync($"/api/v1/trials/{trial.Id}/metrics", ContractsJson.Strict.JsonElement, TestContext.Current.CancellationToken);
        Assert.Equal(0.75, metrics.GetProperty("final").GetProperty("accuracy").GetDouble());
    }

    [Fact]
    public async Task A_model_comes_only_after_it_was_asked_for_and_released_and_is_fetched_once()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        var trial = await broker.UntilStateAsync(submission.Id, TrialStates.Finished);
        await AssertNoModelAsync(broker, trial, "ask for it");

        await ReleaseAsync(broker, submission.Id, trial.Id);
        Assert.Equal(ResultStates.Review, (await broker.ShowAsync(submission.Id)).Trials.Single().Model);
        await AssertNoModelAsync(broker, trial, "'review'");

        world.Gateway.ModelState = ResultStates.Released;
        await broker.UntilAsync(submission.Id, "the release", view => view.Model == ResultStates.Released);
        Assert.Equal(world.Gateway.Model, await broker.Client.GetByteArrayAsync($"/api/v1/trials/{trial.Id}/model", TestContext.Current.CancellationToken));
        var released = world.Gateway.Model;
        world.Gateway.Model = [1, 2, 3];
        Assert.Equal(released, await broker.Client.GetByteArrayAsync($"/api/v1/trials/{trial.Id}/model", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_release_that_the_policy_denies_answers_with_every_reason()
    {
        await using var world = await World.StartAsync();
        world.Gateway.ReleaseDecision = RequestStates.Denied;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        var trial = await broker.UntilStateAsync(submission.Id, TrialStates.Finished);

        using var answer = await PostReleaseAsync(broker, submission.Id, trial.Id);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("Denied by egress.", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(ResultStates.Refused, (await broker.ShowAsync(submission.Id)).Trials.Single().Model);
    }

    private static async Task AssertNoModelAsync(RunningBroker broker, TrialView trial, string says)
    {
        using var answer = await broker.Client.GetAsync($"/api/v1/trials/{trial.Id}/model", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(says, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static async Task ReleaseAsync(RunningBroker broker, string experiment, string trial)
    {
        using var answer = await PostReleaseAsync(broker, experiment, trial);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static Task<HttpResponseMessage> PostReleaseAsync(RunningBroker broker, string experiment, string trial) =>
        broker.Client.PostAsJsonAsync($"{BrokerRoutes.Experiments}/{experiment}/release", new ReleaseModels([trial], TestGateway.PersonToken), ContractsJson.Strict.ReleaseModels);

    private static async Task<TrialView> FailAsync(World world)
    {
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        return await broker.UntilStateAsync(submission.Id, TrialStates.Failed);
    }

    private static void AssertPurged(World world, TrialView trial)
    {
        Assert.Empty(world.Agent.Staged);
        Assert.Equal([Sha256Digest.Parse(trial.Job!)], world.Gateway.Receipts.Keys);
    }
}
