using Scanlock.Contracts.Jobs;
using Scanlock.HpcAgent.Tests.Hub;

namespace Scanlock.HpcAgent.Tests;

/// <summary>Time and memory are bounded by what the job asked for.</summary>
public sealed class JobLimitTests
{
    [Fact]
    public async Task A_trainer_that_hangs_is_killed_at_its_time_limit()
    {
        var seconds = HostProcesses.Mine(4711);
        await using var trial = await Trial.OfScriptAsync($"exec sleep {seconds}", job: job => job with { Resources = job.Resources with { Minutes = 1 } });
        await trial.FailsAsync(JobFailures.OutOfTime);
        Assert.Empty(HostProcesses.WithArguments("sleep", seconds));
    }

    [Theory]
    [InlineData("x = bytearray(400 << 20)\nimport time\ntime.sleep(600)")]
    [InlineData("with open('/out/model.safetensors', 'wb') as f:\n  while True: f.write(bytes(1 << 20))")]
    public async Task A_trainer_that_takes_more_memory_than_it_asked_for_is_killed(string script)
    {
        Assert.SkipWhen(TestSite.WhyNoSandbox is not null, $"needs nested sandboxes: {TestSite.WhyNoSandbox}");
        await using var trial = await Trial.SubmitAsync(site => site.AddPythonTrainer(script));
        await trial.FailsAsync(JobFailures.OutOfMemory);
    }
}
