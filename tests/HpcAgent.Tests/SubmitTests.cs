using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.HpcAgent.Tests.Hub;

namespace Scanlock.HpcAgent.Tests;

/// <summary>What a site does not take, with the reason; nothing of it is queued.</summary>
public sealed class SubmitTests
{
    private static readonly Sha256Digest s_other = Sha256Digest.Of("another"u8);

    public static TheoryData<string, string, Func<Permit, Permit>, Func<Job, Job>> Refusals => new()
    {
        { "another site", AgentRefusals.OtherSite, p => p, j => j with { Site = "another-cluster" } },
        { "another-cluster", AgentRefusals.OtherSite, p => p with { Sites = ["another-cluster"] }, j => j },
        { "signed by a gateway", AgentRefusals.BadStatement, p => p with { Gateway = "another" }, j => j },
        { "ended at 2020", AgentRefusals.Expired, p => p with { ExpiresAt = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero) }, j => j },
        { "manifest", AgentRefusals.OtherJob, p => p with { Datasets = [new("covid-ct", 1, s_other)] }, j => j },
        { "manifest", AgentRefusals.OtherJob, p => p with { Datasets = [p.Datasets[0] with { Version = 2 }] }, j => j },
        { "inputs", AgentRefusals.OtherJob, p => p, j => j with { Inputs = [.. j.Inputs.Skip(1)] } },
        { "inputs", AgentRefusals.OtherJob, p => p, j => j with { Inputs = [.. j.Inputs, new("weights", s_other, 5)] } },
        { "does not allow the job's trainer", AgentRefusals.OtherJob, p => p, j => j with { Trainer = s_other } },
        { "is not installed", AgentRefusals.TrainerNotHere, p => p with { Trainers = [s_other] }, j => j },
        { "not for DS", AgentRefusals.PurposeNotHere, p => p with { Purpose = new("DS", [], "MONDO:1") }, j => j },
        { "organisation", AgentRefusals.PurposeNotHere, p => p with { Researcher = p.Researcher with { Organisation = "acme" } }, j => j },
        { "caps", AgentRefusals.OverCap, p => p, j => j with { Resources = j.Resources with { Minutes = 6 } } },
        { "caps", AgentRefusals.OverCap, p => p, j => j with { Resources = j.Resources with { MemoryMiB = 513 } } },
        { "caps", AgentRefusals.OverCap, p => p, j => j with { Resources = j.Resources with { Gpus = 1 } } },
        { "at least one processor", AgentRefusals.BadStatement, p => p, j => j with { Resources = j.Resources with { Cpus = 0 } } },
        { "epochs: the permit allows at most 2", AgentRefusals.OverCap, p => p with { Bounds = p.Bounds with { Epochs = 2 } }, j => j },
        { "batch: the permit asks for at least 8", AgentRefusals.OverCap, p => p with { Minima = p.Minima with { Batch = 8 } }, j => j },
        { "optimiser: unknown field", AgentRefusals.BadStatement, p => p, j => j with { Spec = TestGateway.Spec("""{"v":1,"label":"covid","network":"resnet18","optimiser":"adamw"}""") } },
        { "does not list this digest", AgentRefusals.OverCap, p => p, j => j with { Spec = From(s_other) } },
        { "not installed", AgentRefusals.WeightsNotHere, p => p with { Bounds = p.Bounds with { InitialWeights = [s_other] } }, j => j with { Spec = From(s_other) } },
        { "asks for isolation by apptainer", AgentRefusals.IsolationUnavailable, p => p with { Isolation = [IsolationWays.Apptainer] }, j => j },
        { "one permit", AgentRefusals.BadStatement, p => p, j => j with { Permits = [j.Permits[0], j.Permits[0]] } },
        { "one permit", AgentRefusals.BadStatement, p => p, j => j with { Broker = "another" } },
        { "lease has no length", AgentRefusals.BadStatement, p => p with { LeaseSeconds = 0 }, j => j },
    };

    private static JsonElement From(Sha256Digest weights) =>
        TestGateway.Spec($$"""{"v":1,"label":"covid","network":"resnet18","epochs":3,"batch":4,"initial_weights":"{{weights}}"}""");

    [Fact]
    [Trait("promise", "P11")]
    public async Task A_job_that_may_not_run_here_is_refused_with_the_reason()
    {
        using var site = new TestSite();
        using var gateway = await TestGateway.CreateAsync(site);
        var trainer = site.AddShellTrainer("true");
        await using var agent = site.Connect();
        await agent.GreetAsync();
        await gateway.StageAsync(agent);
        foreach (var row in Refusals)
        {
            var (reason, code, permit, change) = row.Data;
            var job = gateway.Sign(change(gateway.Job(permit(gateway.Permit(trainer))) with { Trainer = permit(gateway.Permit(trainer)).Trainers[0] }));
            var refused = await agent.RefusedAsync(new Submit(job.Compact));
            Assert.True(refused.Code == code && (refused.Sentence.Contains(reason, StringComparison.Ordinal) || code == AgentRefusals.BadStatement),
                $"'{reason}', {code} was expected, not: {refused.Code}, {refused.Sentence}");
            Assert.Equal(JobStates.Unknown, (await agent.PollAsync(job.Digest)).State);
        }
    }

    [Fact]
    public async Task Strangers_statements_are_refused()
    {
        using var site = new TestSite();
        using var gateway = await TestGateway.CreateAsync(site);
        using var stranger = SigningKey.Create();
        var job = gateway.Job(gateway.Permit(site.AddShellTrainer("true")));
        await using var agent = site.Connect();
        await agent.GreetAsync();

        var byStranger = StatementKinds.Job.Sign(job with { Broker = stranger.Public.Id }, stranger);
        Assert.Equal(AgentRefusals.UnknownBroker, (await agent.RefusedAsync(new Submit(byStranger.Compact))).Code);

        var permit = StatementKinds.Permit.Verify(job.Permits[0], site.GatewayKey.Public).Value;
        var unknownGateway = gateway.Sign(job with { Permits = [StatementKinds.Permit.Sign(permit with { Gateway = stranger.Public.Id }, stranger).Compact] });
        Assert.Equal(AgentRefusals.UnknownGateway, (await agent.RefusedAsync(new Submit(unknownGateway.Compact))).Code);

        var good = gateway.Sign(job).Compact;
        var altered = good[..^4] + (good[^4] == 'A' ? 'B' : 'A') + good[^3..];
        Assert.Equal(AgentRefusals.BadStatement, (await agent.RefusedAsync(new Submit(altered))).Code);
        Assert.Equal(AgentRefusals.BadStatement, (await agent.RefusedAsync(new Submit("not a statement"))).Code);
        Assert.Equal(AgentRefusals.BadStatement, (await agent.RefusedAsync(new Submit(job.Permits[0]))).Code);
    }

    [Fact]
    public async Task A_job_whose_inputs_are_not_staged_is_refused_and_taken_once_they_are()
    {
        using var site = new TestSite();
        using var gateway = await TestGateway.CreateAsync(site);
        var job = gateway.Sign(gateway.Job(gateway.Permit(site.AddShellTrainer("true"))));
        await using var agent = site.Connect();
        await agent.GreetAsync();
        Assert.Equal(AgentRefusals.NotStaged, (await agent.RefusedAsync(new Submit(job.Compact))).Code);
        await gateway.StageAsync(agent);
        Assert.Equal(new Accepted(job.Digest), await agent.AskAsync(new Submit(job.Compact)));
        Assert.Equal(new Accepted(job.Digest), await agent.AskAsync(new Submit(job.Compact)));
        Assert.Single(Directory.EnumerateDirectories(Path.Combine(site.State, "jobs")));
    }

    [Fact]
    public async Task A_site_that_cannot_isolate_as_it_should_says_what_is_missing_and_takes_no_job()
    {
        using var site = new TestSite { Isolation = "none" };
        using var gateway = await TestGateway.CreateAsync(site);
        var job = gateway.Sign(gateway.Job(gateway.Permit(site.AddShellTrainer("true"))));
        await using var agent = site.Connect();
        var welcome = await agent.GreetAsync();
        Assert.Equal([IsolationWays.None], welcome.Isolation);
        await gateway.StageAsync(agent);
        var refused = await agent.RefusedAsync(new Submit(job.Compact));
        Assert.Equal(AgentRefusals.IsolationUnavailable, refused.Code);
        Assert.Contains("asks for isolation by bubblewrap or bubblewrap-swap, the site offers none", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kill_switch_stops_what_runs_and_what_would_run()
    {
        await using var trial = await Trial.OfScriptAsync("exec sleep 4716");
        await trial.UntilAsync(JobStates.Running);
        Assert.True((await Processes.ProgramRunner.RunTextAsync(TestSite.Command("kill-switch", "on", "--site", trial.Site.File), new(TimeSpan.FromSeconds(60)))).Succeeded);
        await trial.FailsAsync(JobFailures.SiteRefused);
        Assert.Equal(AgentRefusals.KillSwitch, (await trial.Agent.RefusedAsync(new Submit(trial.Job.Compact))).Code);
        Assert.Equal(AgentRefusals.KillSwitch, (await trial.Agent.RefusedAsync(new Put(s_other, 1, 0), [1])).Code);
        Assert.True((await Processes.ProgramRunner.RunTextAsync(TestSite.Command("kill-switch", "off", "--site", trial.Site.File), new(TimeSpan.FromSeconds(60)))).Succeeded);
        Assert.IsType<Accepted>(await trial.Agent.AskAsync(new Submit(trial.Job.Compact)));
    }
}
