using Scanlock.HpcAgent.Tests.Hub;

namespace Scanlock.HpcAgent.Tests;

/// <summary>The agent belongs in an account of its own; where the tests run as root, the others show that it works for root as well.</summary>
public sealed class AccountTests
{
    private const int Ordinary = 61_001;

    [Fact]
    public async Task An_ordinary_account_runs_a_job()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "not root: all the other tests run as an ordinary account");
        Assert.SkipWhen(TestSite.WhyNoSandbox is not null, $"needs nested sandboxes: {TestSite.WhyNoSandbox}");
        Assert.SkipUnless(IsInReachOfAll(TestSite.Assembly), "other accounts cannot read this checkout");
        using var site = new TestSite();
        await using var trial = await Trial.SubmitAsync(
            s =>
            {
                var trainer = s.AddShellTrainer($"{TestSite.MetricsAndModel}cat /data/labels.jsonl > /out/model.safetensors");
                s.Through = s.ServeAs(Ordinary);
                return trainer;
            },
            site: site);
        var bundle = await trial.FinishesAsync();
        Assert.Equal($"{TestGateway.Marker} labels", await trial.ResultAsync("model", bundle.Model));
    }

    private static bool IsInReachOfAll(string path)
    {
        for (var folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if ((File.GetUnixFileMode(folder) & UnixFileMode.OtherExecute) == UnixFileMode.None)
            {
                return false;
            }
        }

        return true;
    }
}
