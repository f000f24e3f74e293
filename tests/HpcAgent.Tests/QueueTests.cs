using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.HpcAgent.Tests.Hub;
using Scanlock.Testing;

namespace Scanlock.HpcAgent.Tests;

/// <summary>P9, P10: the state directory is all there is, whoever is killed.</summary>
public sealed class QueueTests
{
    private const string Speak = "echo '{\"v\":1,\"epoch\":1,\"step\":1,\"values\":{\"loss\":1}}'\n";

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [Trait("promise", "P9")]
    [Trait("promise", "P10")]
    public async Task A_runner_that_is_killed_takes_its_job_along_which_becomes_lost_and_leaves_one_receipt(bool sandboxed, bool serveToo)
    {
        Assert.SkipWhen(sandboxed && TestSite.WhyNoSandbox is not null, $"needs nested sandboxes: {TestSite.WhyNoSandbox}");
        var seconds = HostProcesses.Mine(4717);
        await using var trial = await Trial.SubmitAsync(
            s => s.AddShellTrainer($"exec sleep {seconds}"),
            permit => sandboxed ? permit : permit with { Isolation = [IsolationWays.None] },
            site: sandboxed ? new() : new() { Isolation = IsolationWays.None });
        var memory = $"/dev/shm/scanlock-{trial.Job.Digest.Hex}";
        var runner = 0;
        var below = await Wait.UntilAsync("the trainer to start", async () =>
        {
            await trial.UntilAsync(JobStates.Running);
            // While it starts another program, a copy of the runner goes by its arguments too; the trainer is below the one that stays.
            var trainers = HostProcesses.WithArguments("sleep", seconds);
            runner = HostProcesses.WithArguments("run-step", "--site", trial.Site.File, "--job", trial.Job.Digest.Hex)
                .FirstOrDefault(process => HostProcesses.Below(process).Any(trainers.Contains));
            return runner == 0 ? null : HostProcesses.Below(runner);
        }, TimeSpan.FromSeconds(60));
        Assert.Equal(!sandboxed, Path.Exists(memory));
        if (serveToo)
        {
            await trial.Agent.KillAsync();
        }

        await HostProcesses.SignalAsync("KILL", runner);
        if (serveToo)
        {
            await trial.ReconnectAsync();
        }

        await trial.FailsAsync(JobFailures.Lost);
        await Wait.UntilAsync("all of the job to die", () => Task.FromResult(!below.Append(runner).Any(HostProcesses.IsAlive)), TimeSpan.FromSeconds(60));

        var purged = Assert.IsType<Purged>(await trial.Agent.AskAsync(new Purge(trial.Job.Digest)));
        Assert.Equal(purged, await trial.Agent.AskAsync(new Purge(trial.Job.Digest)));
        Assert.Equal(purged.Receipt, File.ReadAllText(Assert.Single(Directory.EnumerateFiles(Path.Combine(trial.Site.State, "receipts")))));
        Assert.False(Path.Exists(memory), "the job's memory must go with it");
        foreach (var folder in new[] { "jobs", "staged", "logs" })
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(trial.Site.State, folder)));
        }
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task A_job_runs_on_when_the_connection_that_started_it_is_killed()
    {
        await using var trial = await Trial.OfScriptAsync($"{Speak}sleep 2\n{TestSite.MetricsAndModel}");
        await trial.UntilAsync(JobStates.Running);
        await trial.Agent.KillAsync();
        await trial.ReconnectAsync();
        await trial.FinishesAsync();
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task The_next_job_starts_when_one_ends_with_no_connection_there()
    {
        await using var first = await Trial.OfScriptAsync(TestSite.MetricsAndModel);
        var second = first.Gateway.Sign(first.Gateway.Job(StatementKinds.Permit.Verify(first.Job.Value.Permits[0], first.Site.GatewayKey.Public).Value));
        Assert.Equal(new Accepted(second.Digest), await first.Agent.AskAsync(new Submit(second.Compact)));
        Assert.Equal(JobStates.Queued, (await first.Agent.PollAsync(second.Digest)).State);
        first.AnswersAtMost = 0;
        await Wait.UntilAsync("a key request", async () => (await first.Agent.PollAsync(first.Job.Digest)).KeyRequest is not null, TimeSpan.FromSeconds(60));
        Assert.Equal(JobStates.Queued, (await first.Agent.PollAsync(second.Digest)).State);

        await first.Agent.AskAsync(new Cancel(first.Job.Digest));
        await first.Agent.DisposeAsync();
        var claim = Path.Combine(first.Site.State, "jobs", second.Digest.Hex, "claim");
        await Wait.UntilAsync("the second job to start", () => Task.FromResult(File.Exists(claim)), TimeSpan.FromSeconds(60));
        await first.ReconnectAsync();
        Assert.Equal(JobFailures.Cancelled, (await first.EndAsync()).Failure);
        await first.Agent.AskAsync(new Cancel(second.Digest));
        await Wait.UntilAsync("the second job to end", async () => (await first.Agent.PollAsync(second.Digest)).State == JobStates.Failed, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task A_cancelled_job_ends_wherever_it_is()
    {
        await using var trial = await Trial.OfScriptAsync("exec sleep 4718");
        await trial.UntilAsync(JobStates.Running);
        Assert.IsType<Done>(await trial.Agent.AskAsync(new Cancel(trial.Job.Digest)));
        Assert.IsType<Done>(await trial.Agent.AskAsync(new Cancel(trial.Job.Digest)));
        await trial.FailsAsync(JobFailures.Cancelled);
        Assert.IsType<Done>(await trial.Agent.AskAsync(new Cancel(trial.Job.Digest)));
    }

    [Fact]
    [Trait("promise", "P2")]
    public async Task Nothing_in_the_clear_ever_lies_in_the_state_directory()
    {
        // The trainer sleeps until it was looked at often enough; that its sleep is killed does not end it.
        var seconds = HostProcesses.Mine(4719);
        await using var trial = await Trial.OfScriptAsync($"{Speak}cat /data/* > /out/model.safetensors; sleep {seconds}; echo '{{}}' > /out/metrics.json; truncate -s 1000 /out/model.safetensors");
        var (looks, isAwake) = (0, false);
        await Wait.UntilAsync("the job to end", async () =>
        {
            var status = await trial.UntilAsync(JobStates.Running, JobStates.Finished, JobStates.Failed);
            AssertNothingInTheClear(trial.Site);
            if (!isAwake && HostProcesses.WithArguments("sleep", seconds) is [var sleeper] && ++looks > 3)
            {
                await HostProcesses.SignalAsync("KILL", sleeper);
                isAwake = true;
            }

            return status.State == JobStates.Finished;
        }, TimeSpan.FromSeconds(100));
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task A_purged_job_leaves_a_signed_receipt_and_nothing_else()
    {
        await using var trial = await Trial.OfScriptAsync(TestSite.MetricsAndModel);
        Assert.Equal(AgentRefusals.NotFinished, (await trial.Agent.RefusedAsync(new Purge(trial.Job.Digest))).Code);
        await trial.FinishesAsync();
        Assert.Empty(Directory.EnumerateFiles(Folder(trial), "answer-*"));

        var purged = Assert.IsType<Purged>(await trial.Agent.AskAsync(new Purge(trial.Job.Digest)));
        var receipt = StatementKinds.PurgeReceipt.Verify(purged.Receipt, trial.Site.AgentKey.Public).Value;
        Assert.Equal(trial.Gateway.Parts.Select(p => p.Part.Ciphertext).Order(Digests), receipt.Deleted.Order(Digests));
        Assert.Empty(receipt.Kept);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(trial.Site.State, "staged")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(trial.Site.State, "jobs")));

        Assert.Equal(purged, await trial.Agent.AskAsync(new Purge(trial.Job.Digest)));
        await trial.ReconnectAsync();
        Assert.Equal(purged, await trial.Agent.AskAsync(new Purge(trial.Job.Digest)));
        await trial.Gateway.StageAsync(trial.Agent);
        Assert.Equal(AgentRefusals.OtherJob, (await trial.Agent.RefusedAsync(new Submit(trial.Job.Compact))).Code);
    }

    [Fact]
    [Trait("promise", "P10")]
    public async Task A_purge_keeps_what_another_job_needs_and_says_so()
    {
        await using var trial = await Trial.OfScriptAsync(TestSite.MetricsAndModel);
        var second = trial.Gateway.Sign(trial.Gateway.Job(StatementKinds.Permit.Verify(trial.Job.Value.Permits[0], trial.Site.GatewayKey.Public).Value));
        await trial.Agent.AskAsync(new Submit(second.Compact));
        await trial.FinishesAsync();
        var receipt = StatementKinds.PurgeReceipt.Verify(
            Assert.IsType<Purged>(await trial.Agent.AskAsync(new Purge(trial.Job.Digest))).Receipt, trial.Site.AgentKey.Public).Value;
        Assert.Empty(receipt.Deleted);
        Assert.Equal(3, receipt.Kept.Count);
        Assert.IsType<Done>(await trial.Agent.AskAsync(new Discard([.. receipt.Kept])));
        Assert.Equal(3, Directory.EnumerateFiles(Path.Combine(trial.Site.State, "staged")).Count());
        await trial.Agent.AskAsync(new Cancel(second.Digest));
        await Wait.UntilAsync("the second job to end", async () => (await trial.Agent.PollAsync(second.Digest)).State == JobStates.Failed, TimeSpan.FromSeconds(60));
    }

    private static Comparer<Sha256Digest> Digests { get; } = Comparer<Sha256Digest>.Create((a, b) => string.CompareOrdinal(a.Hex, b.Hex));

    private static string Folder(Trial trial) => Path.Combine(trial.Site.State, "jobs", trial.Job.Digest.Hex);

    private static void AssertNothingInTheClear(TestSite site)
    {
        foreach (var file in Directory.EnumerateFiles(site.State, "*", SearchOption.AllDirectories))
        {
            byte[] bytes;
            try
            {
                bytes = File.ReadAllBytes(file);
            }
            catch (FileNotFoundException)
            {
                // Written whole under another name since it was listed.
                continue;
            }

            Assert.True(bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(TestGateway.Marker)) < 0, $"{file} holds a scan in the clear");
        }
    }
}
