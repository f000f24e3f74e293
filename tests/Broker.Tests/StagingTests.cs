using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Tests;

public sealed class StagingTests
{
    [Fact]
    public async Task What_is_at_the_site_already_is_not_sent_again_and_counted_as_shared()
    {
        await using var world = await World.StartAsync();
        var shard = world.Gateway.Parts["shard-00000"];
        world.Agent.Staged[Sha256Digest.Of(shard)] = shard;

        var trial = await RunAsync(world, TrialStates.Finished);

        Assert.Equal(new StagingView(9_201_000, 201_000, 9_000_000), trial.Staging);
        Assert.Equal(201_000, world.Agent.BytesPut);
        Assert.DoesNotContain(world.Gateway.Served, served => served.Part == "shard-00000");
    }

    [Fact]
    public async Task A_part_that_is_half_there_goes_on_where_it_stopped()
    {
        await using var world = await World.StartAsync();
        var shard = world.Gateway.Parts["shard-00000"];
        world.Agent.Staged[Sha256Digest.Of(shard)] = shard[..5_000_000];

        await RunAsync(world, TrialStates.Finished);

        Assert.Equal(("shard-00000", 5_000_000), Assert.Single(world.Gateway.Served, served => served.Part == "shard-00000"));
        Assert.Equal(4_201_000, world.Agent.BytesPut);
    }

    [Fact]
    public async Task A_half_staged_part_that_was_damaged_meanwhile_is_sent_anew()
    {
        await using var world = await World.StartAsync();
        var shard = world.Gateway.Parts["shard-00000"];
        world.Agent.Staged[Sha256Digest.Of(shard)] = [.. shard[..4_999_999], (byte)(shard[4_999_999] ^ 1)];

        await RunAsync(world, TrialStates.Finished);

        Assert.Equal([5_000_000L, 0L], world.Gateway.Served.Where(served => served.Part == "shard-00000").Select(served => served.From));
    }

    [Fact]
    public async Task A_part_altered_in_the_gateways_store_fails_the_trial_and_is_named()
    {
        await using var world = await World.StartAsync();
        var altered = world.Gateway.Parts["shard-00000"].ToArray();
        altered[7_000_000] ^= 1;
        world.Gateway.Altered["shard-00000"] = altered;

        var failed = await RunAsync(world, TrialStates.Failed);

        Assert.Equal(BrokerFailures.StagingDigestMismatch, failed.Failure);
        Assert.Equal("The part 'shard-00000' is not what its manifest says: the gateway 'hospital' serves other bytes.", failed.Explanation);
        Assert.Empty(world.Agent.Jobs);
        Assert.Empty(world.Agent.Staged);
    }

    [Fact]
    public async Task A_gateway_that_breaks_off_where_its_store_was_altered_fails_the_trial_and_the_part_is_named()
    {
        await using var world = await World.StartAsync();
        world.Gateway.BreakOffBefore["shard-00000"] = 8_900_000;

        var failed = await RunAsync(world, TrialStates.Failed);

        Assert.Equal(BrokerFailures.StagingDigestMismatch, failed.Failure);
        Assert.Equal("The gateway 'hospital' breaks off in the part 'shard-00000' each time at the same place: its stored copy is not what it sealed.", failed.Explanation);
        Assert.Empty(world.Agent.Staged);
    }

    [Fact]
    public async Task A_gateway_that_breaks_off_now_and_then_only_delays()
    {
        await using var world = await World.StartAsync();
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Agent.OnPut = (_, _) => taken.TrySetResult();
        world.Gateway.BreakOffBefore["shard-00000"] = 4_500_000;
        world.Gateway.BeforeBreak = () => taken.Task.WaitAsync(World.Deadline);
        world.Gateway.OnCall = (_, _) =>
        {
            if (world.Gateway.Served.Count(served => served.Part == "shard-00000") == 2)
            {
                world.Gateway.BreakOffBefore.Clear();
            }

            return Task.CompletedTask;
        };

        await RunAsync(world, TrialStates.Finished);

        Assert.Equal([0L, 4L << 20, 4L << 20], world.Gateway.Served.Where(served => served.Part == "shard-00000").Select(served => served.From));
    }

    [Fact]
    public async Task A_part_altered_on_its_way_fails_the_trial_and_is_named()
    {
        await using var world = await World.StartAsync();
        world.Agent.OnPut = (put, body) => body[0] ^= (byte)(put.Bytes == 9_000_000 && put.Offset > 0 ? 1 : 0);

        var failed = await RunAsync(world, TrialStates.Failed);

        Assert.Equal(BrokerFailures.StagingDigestMismatch, failed.Failure);
        Assert.Equal("The part 'shard-00000' arrives at the site with other bytes than were sent.", failed.Explanation);
        Assert.Empty(world.Agent.Staged);
    }

    [Fact]
    public async Task A_part_altered_once_is_sent_once_more()
    {
        await using var world = await World.StartAsync();
        var once = true;
        world.Agent.OnPut = (put, body) =>
        {
            body[0] ^= (byte)(once && put.Bytes == 200_000 ? 1 : 0);
            once &= put.Bytes != 200_000;
        };

        var trial = await RunAsync(world, TrialStates.Finished);

        Assert.Equal(2, world.Gateway.Served.Count(served => served.Part == "shard-00001"));
        Assert.Equal(new StagingView(9_201_000, 9_201_000, 0), trial.Staging);
    }

    [Fact]
    public async Task Several_connections_stage_in_parallel()
    {
        await using var world = await World.StartAsync();
        var started = 0;
        var together = new TaskCompletionSource();
        world.Agent.OnRequest = async (request, answered) =>
        {
            // Each connection's first piece waits until another connection has sent one, too.
            if (request is Put { Offset: 0, Bytes: 9_000_000 or 200_000 } && !answered)
            {
                if (Interlocked.Increment(ref started) == 2)
                {
                    together.SetResult();
                }

                await together.Task.WaitAsync(World.Deadline);
            }
        };

        await RunAsync(world, TrialStates.Finished, connections: 2);
    }

    [Fact]
    public async Task A_permit_revoked_before_staging_refuses_the_trial_and_nothing_is_sent()
    {
        await using var world = await World.StartAsync();
        await world.Sshd.StopAsync();
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission(spec: World.Spec() with { Trainer = World.Trainer });
        await broker.SubmitAsync(submission);
        await broker.UntilAsync(submission.Id, "staging to wait", trial => trial is { State: TrialStates.Staging, Explanation: not null });

        world.Gateway.Decision = RequestStates.Revoked;
        await world.Sshd.StartAsync();
        var refused = await broker.UntilStateAsync(submission.Id, TrialStates.Refused);

        Assert.Equal(BrokerFailures.PermitRefused, refused.Failure);
        Assert.Contains("has revoked the permit", refused.Explanation, StringComparison.Ordinal);
        Assert.Equal(0, world.Agent.BytesPut);
    }

    [Fact]
    public async Task A_site_without_room_is_waited_for()
    {
        await using var world = await World.StartAsync();
        var full = true;
        world.Agent.Instead = request => request is Put && full ? new Refused(AgentRefusals.Storage, "The disk is full.") : null;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission();
        await broker.SubmitAsync(submission);

        var waiting = await broker.UntilAsync(submission.Id, "an explanation", trial => trial is { State: TrialStates.Staging, Explanation: not null });
        Assert.Equal("The site refuses (storage): The disk is full.", waiting.Explanation);
        full = false;
        await broker.UntilStateAsync(submission.Id, TrialStates.Finished);
    }

    private static async Task<TrialView> RunAsync(World world, string end, int connections = 1)
    {
        await using var broker = await world.StartBrokerAsync(connections: connections);
        var submission = World.Submission();
        await broker.SubmitAsync(submission);
        return await broker.UntilStateAsync(submission.Id, end);
    }
}
