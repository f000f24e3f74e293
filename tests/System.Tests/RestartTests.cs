using System.Text.Json;
using Scanlock.System.Tests.Whole;

namespace Scanlock.System.Tests;

/// <summary>P9 across real hosts.</summary>
public sealed class RestartTests
{
    [Fact]
    [Trait("promise", "P9")]
    public async Task Broker_and_gateway_killed_at_every_state_lose_nothing_and_do_nothing_twice()
    {
        Assert.SkipUnless(await Installation.MissingAsync() is null, await Installation.MissingAsync() ?? "");
        await using var whole = await Installation.StartAsync();

        // On a busy machine a gateway takes long to come back: no lease is to lapse meanwhile, for that ends a job as it should.
        await whole.ShareAsync("demo", patients: 10, ("lease: 1m", "lease: 5m"));
        
        // Long enough to be seen running, however long it takes to ask.
        var experiment = await whole.SubmitAsync("demo", epochs: 15);

        var killedAt = new HashSet<string>(StringComparer.Ordinal);
        var state = "";
        for (var deadline = TimeProvider.System.GetTimestamp(); state is not ("finished" or "failed" or "refused");)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromMinutes(15), $"still {state} after killing at {string.Join(", ", killedAt)}");
            state = (await whole.TrialAsync(experiment)).GetProperty("state").GetString()!;
            if (killedAt.Add(state) && state is not "finished")
            {
                await whole.Broker.KillAsync();
                await whole.Gateway.KillAsync();
                await whole.Gateway.StartAsync();
                await whole.Broker.StartAsync();
            }
        }

        Assert.Equal("finished", state);
        Assert.True(killedAt.Count >= 3, $"killed at {string.Join(", ", killedAt)}");
        var log = await whole.AuditAsync();
        Assert.Equal(1, Count(log, "keys.release"));
        Assert.Equal(1, Count(log, "job.result"));
        Assert.Equal(1, Count(log, "job.receipt"));
    }

    private static int Count(List<JsonElement> log, string act) => log.Count(entry => entry.GetProperty("act").GetString() == act);
}
