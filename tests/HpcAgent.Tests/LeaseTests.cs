using System.Diagnostics;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.HpcAgent.Tests.Hub;
using Scanlock.Testing;

namespace Scanlock.HpcAgent.Tests;

/// <summary>P5: keys come late, for this request only, and as a lease.</summary>
public sealed class LeaseTests
{
    // Long enough for a busy machine to start a trainer in, and to carry a renewal in half of.
    private const int LeaseSeconds = 15;

    // A busy machine is late to see what has ended; but for its lease, no job here would end for two minutes.
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(60);

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_job_whose_lease_nobody_renews_is_dead_within_the_lease()
    {
        var seconds = HostProcesses.Mine(4712);
        await using var trial = await Trial.OfScriptAsync($"exec sleep {seconds}", permit => permit with { LeaseSeconds = LeaseSeconds });
        trial.AnswersAtMost = 1;
        await trial.FailsAsync(JobFailures.LeaseLapsed);
        var lived = TimeProvider.System.GetUtcNow() - trial.Requests[0].Value.At;
        Assert.InRange(lived, TimeSpan.FromSeconds(LeaseSeconds), TimeSpan.FromSeconds(LeaseSeconds) + s_margin);
        Assert.Empty(HostProcesses.WithArguments("sleep", seconds));
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_lease_holds_also_where_run_step_is_stopped()
    {
        var seconds = HostProcesses.Mine(4713);
        await using var trial = await Trial.OfScriptAsync($"echo '{{\"v\":1,\"epoch\":1,\"step\":1,\"values\":{{\"loss\":1}}}}'; exec sleep {seconds}",
            permit => permit with { LeaseSeconds = LeaseSeconds });
        trial.AnswersAtMost = 1;
        var clock = await RunningSinceAsync(trial);
        var runner = trial.Site.Runner(trial.Job.Digest);
        await HostProcesses.SignalAsync("STOP", runner);
        await Wait.UntilAsync("the trainer to die", () => Task.FromResult(HostProcesses.WithArguments("sleep", seconds).Count == 0), TimeSpan.FromSeconds(60));
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(LeaseSeconds) + s_margin);
        await HostProcesses.SignalAsync("CONT", runner);
        await trial.FailsAsync(JobFailures.LeaseLapsed);
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_renewed_lease_lets_a_job_outlive_the_first_and_carries_the_same_key()
    {
        await using var trial = await Trial.OfScriptAsync($"sleep {LeaseSeconds + 2}\n{TestSite.MetricsAndModel}", permit => permit with { LeaseSeconds = LeaseSeconds });
        await trial.FinishesAsync();
        Assert.True(trial.Requests.Count > 1, "the lease was never renewed");
        Assert.Equal(Enumerable.Range(0, trial.Requests.Count), trial.Requests.Select(r => r.Value.Sequence));
        Assert.Single(trial.Requests.Select(r => r.Value.PublicKey).Distinct());
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_gateway_that_refuses_to_renew_stops_the_job_at_once()
    {
        var seconds = HostProcesses.Mine(4714);
        await using var trial = await Trial.OfScriptAsync($"exec sleep {seconds}", permit => permit with { LeaseSeconds = LeaseSeconds });
        trial.Answer = request => request.Value.Sequence == 0 ? trial.Gateway.Sign(trial.Gateway.Release(request)) : null;
        await trial.FailsAsync(JobFailures.KeyRefused);
        Assert.Empty(HostProcesses.WithArguments("sleep", seconds));
    }

    [Fact]
    public async Task A_refused_job_never_sees_its_data()
    {
        await using var trial = await Trial.OfScriptAsync(TestSite.MetricsAndModel);
        trial.Answer = _ => null;
        await trial.FailsAsync(JobFailures.KeyRefused);
        Assert.Single(trial.Requests);
    }

    [Fact]
    public async Task A_silent_broker_costs_the_job_its_start()
    {
        await using var trial = await Trial.OfScriptAsync(TestSite.MetricsAndModel, permit => permit with { LeaseSeconds = 2 });
        trial.AnswersAtMost = 0;
        await trial.FailsAsync(JobFailures.KeyTimeout);
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_release_that_is_stale_for_another_request_or_by_another_key_is_refused_and_a_good_one_still_taken()
    {
        await using var trial = await Trial.OfScriptAsync(TestSite.MetricsAndModel);
        trial.AnswersAtMost = 0;
        var waiting = await Wait.UntilAsync("a key request", async () => await trial.Agent.PollAsync(trial.Job.Digest) is { KeyRequest: not null } s ? s : null, TimeSpan.FromSeconds(60));
        var request = Contracts.Signing.StatementKinds.KeyRequest.Verify(waiting.KeyRequest!, trial.Site.AgentKey.Public);
        var release = trial.Gateway.Release(request);

        Assert.Equal(AgentRefusals.Expired, await DeliverAsync(trial.Gateway.Sign(release with { At = release.At.AddSeconds(-61) })));
        Assert.Equal(AgentRefusals.Expired, await DeliverAsync(trial.Gateway.Sign(release with { At = release.At.AddSeconds(90) })));
        Assert.Equal(AgentRefusals.OtherJob, await DeliverAsync(trial.Gateway.Sign(release with { Request = Sha256Digest.Of("another"u8) })));
        Assert.Equal(AgentRefusals.BadStatement, await DeliverAsync(Contracts.Signing.StatementKinds.KeyRelease.Sign(release, trial.Site.BrokerKey).Compact));
        var other = await trial.Agent.RefusedAsync(new Deliver(trial.Job.Digest, Sha256Digest.Of("another"u8), trial.Gateway.Sign(release)));
        Assert.Equal(AgentRefusals.OtherJob, other.Code);

        trial.AnswersAtMost = 1;
        await trial.FinishesAsync();

        async Task<string> DeliverAsync(string compact) => (await trial.Agent.RefusedAsync(new Deliver(trial.Job.Digest, request.Digest, compact))).Code;
    }

    [Fact]
    [Trait("promise", "P4")]
    public async Task Headers_for_another_key_open_nothing()
    {
        await using var trial = await Trial.OfScriptAsync(TestSite.MetricsAndModel);
        using var broker = Envelope.PrivateKey.Generate();
        trial.Answer = request => trial.Gateway.Sign(trial.Gateway.Release(request) with
        {
            Headers = [.. trial.Gateway.Parts.Select(p => new PartHeader(p.Part.Id, Convert.ToBase64String(Envelope.Header.Create(Envelope.DataKey.Random(), [broker.PublicKey]))))],
        });
        await trial.FailsAsync(JobFailures.InputDamaged);
    }

    private static async Task<Stopwatch> RunningSinceAsync(Trial trial)
    {
        await Wait.UntilAsync("the trainer to speak", async () =>
        {
            await trial.UntilAsync(JobStates.Running);
            return (await trial.Agent.PollAsync(trial.Job.Digest)).Progress.Count > 0;
        }, TimeSpan.FromSeconds(60));
        return Stopwatch.StartNew();
    }
}
