using Scanlock.System.Tests.Whole;

namespace Scanlock.System.Tests;

/// <summary>P5 across real hosts: keys are late and leased, so taking a permit back acts on what runs.</summary>
public sealed class RevocationTests
{
    private const int LeaseSeconds = 20;

    [Fact]
    [Trait("promise", "P5")]
    public async Task A_permit_taken_back_before_the_start_gives_no_key_and_while_running_stops_the_job_within_one_lease()
    {
        Assert.SkipUnless(await Installation.MissingAsync() is null, await Installation.MissingAsync() ?? "");
        await using var whole = await Installation.StartAsync();
        await whole.ShareAsync("demo", patients: 10, ("lease: 1m", $"lease: {LeaseSeconds}s"));

        // Before the start: the broker is held down while the reviewer takes the permit back, so no key can have been asked for.
        var early = await whole.SubmitAsync("demo", epochs: 2, approve: false);
        await whole.Broker.KillAsync();
        await whole.JsonAsync("rupert", "access", "approve", early, "--comment", "seen");
        await whole.JsonAsync("rupert", "access", "revoke", early, "--comment", "consent withdrawn");
        await whole.Broker.StartAsync();
        using var refused = await whole.WaitForAsync(early, TimeSpan.FromMinutes(5), "refused", "failed", "finished");
        Assert.NotEqual("finished", refused.RootElement.GetProperty("state").GetString());

        // While running: far more epochs than a lease is long.
        var running = await whole.SubmitAsync("demo", epochs: 300);
        await whole.WaitForProgressAsync(running);
        await whole.JsonAsync("rupert", "access", "revoke", running, "--comment", "consent withdrawn");
        var revoked = TimeProvider.System.GetTimestamp();
        using var stopped = await whole.WaitForAsync(running, TimeSpan.FromMinutes(5), "failed", "finished", "refused");
        var took = TimeProvider.System.GetElapsedTime(revoked);
        Assert.Equal("failed", stopped.RootElement.GetProperty("state").GetString());
        Assert.Contains(stopped.RootElement.GetProperty("failure").GetString(), (string[])["lease-lapsed", "key-refused"]);

        // The job ends within the lease; the broker's word of it takes some polls and the purge more, on a busy machine much more.
        Assert.True(took < TimeSpan.FromSeconds(LeaseSeconds + 120), $"it took {took.TotalSeconds:0} s");
        var log = await whole.AuditAsync();
        Assert.Single(log, entry => entry.GetProperty("act").GetString() == "keys.release" && entry.GetProperty("decision").GetString() == "allow");
        Assert.Equal(2, log.Count(entry => entry.GetProperty("act").GetString() == "access.revoke"));
        Assert.Contains(log, entry => entry.GetProperty("act").GetString() is "keys.renew" && entry.GetProperty("decision").GetString() == "deny");
    }
}
