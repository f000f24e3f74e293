using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.HpcAgent.KeyHolding;
using Scanlock.HpcAgent.Running;
using Scanlock.HpcAgent.Sites;
using Scanlock.Testing;

namespace Scanlock.HpcAgent.Tests;

/// <summary>The decisions that need no process.</summary>
public sealed class PureTests
{
    [Fact]
    [Trait("promise", "P5")]
    public void A_lease_counts_from_the_signing_is_renewed_at_half_and_lapses_at_its_end()
    {
        var clock = new HandClock();
        var lease = new Lease(clock);
        Assert.False(lease.HasLapsed || lease.IsRenewalDue);
        var signed = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromSeconds(10));
        lease.Grant(signed, TimeSpan.FromSeconds(60));
        Assert.Equal(TimeSpan.FromSeconds(50), lease.Left);
        clock.Advance(TimeSpan.FromSeconds(19));
        Assert.False(lease.IsRenewalDue);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(lease.IsRenewalDue);
        var renewed = clock.GetTimestamp();
        clock.Advance(TimeSpan.FromSeconds(29));
        lease.Grant(renewed, TimeSpan.FromSeconds(60));
        Assert.Equal(TimeSpan.FromSeconds(31), lease.Left);
        lease.Grant(renewed, TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(31), lease.Left);
        clock.Advance(TimeSpan.FromSeconds(31));
        Assert.True(lease.HasLapsed);
    }

    [Fact]
    [Trait("promise", "P2")]
    public void Swap_in_the_clear_is_weaker_isolation()
    {
        string[] both = [IsolationWays.Bubblewrap, IsolationWays.BubblewrapSwap];
        Assert.Equal([IsolationWays.Bubblewrap], IsolationSupport.Of(both, null, []).Ways);
        Assert.Equal([IsolationWays.BubblewrapSwap], IsolationSupport.Of(both, null, ["/dev/sda2"]).Ways);
        var refused = IsolationSupport.Of([IsolationWays.Bubblewrap], null, ["/dev/sda2"]);
        Assert.Empty(refused.Ways);
        Assert.Contains("/dev/sda2", refused.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_namespaces_only_no_isolation_is_left_and_the_reason_is_said()
    {
        var support = IsolationSupport.Of([IsolationWays.Bubblewrap, IsolationWays.None], "user namespaces are off", []);
        Assert.Equal([IsolationWays.None], support.Ways);
        Assert.Contains("user namespaces are off", support.Problem, StringComparison.Ordinal);
        Assert.Null(IsolationSupport.Of([IsolationWays.Bubblewrap], null, []).Problem);
    }

    [Fact]
    [Trait("promise", "P6")]
    public void Whatever_a_trainer_writes_only_declared_numbers_within_the_bounds_pass()
    {
        var line = Gen.OneOf(
            Gen.Elements("{\"v\":1,\"epoch\":1,\"step\":1,\"values\":{\"loss\":0.5}}", "{\"v\":1,\"epoch\":2,\"step\":9,\"values\":{\"auc\":1,\"loss\":2}}",
                "{\"v\":1,\"epoch\":3,\"step\":9,\"values\":{\"auc\":1}}", "{\"v\":1,\"epoch\":4,\"step\":10,\"values\":{\"patient\":1}}", "", "{", new string('x', 5000)),
            ArbMap.Default.GeneratorFor<string>().Select(text => text ?? ""));
        Prop.ForAll(line.ListOf().Select(lines => string.Join('\n', lines) + "\n").ToArbitrary(), text =>
        {
            var passed = new ProgressLines(maxEpochs: 3, maxValues: 2).ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), default).ToBlockingEnumerable().ToArray();
            return passed.Sum(p => p.Values.Count) <= 2 && passed.All(p => p.IsDeclared && p.Epoch is >= 1 and <= 3)
                && passed.Zip(passed.Skip(1)).All(pair => pair.First.Epoch < pair.Second.Epoch);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Exit_codes_of_the_trainer_are_failures_of_the_closed_list() =>
        Assert.All(Enumerable.Range(1, 255), code => Assert.Contains(TrainerExit.Failure(code), JobFailures.All));

    [Fact]
    public void The_example_site_file_lacks_nothing_but_the_files_it_names()
    {
        var problems = Assert.IsType<SiteReading.Refused>(SiteFile.Read(Path.Combine(Repository.Root, "deploy", "hpc-agent", "site.yaml"))).Problems;
        Assert.All(problems, p => Assert.True(p.Sentence.Contains("cannot be read", StringComparison.Ordinal) || p.Sentence.Contains("is not a folder", StringComparison.Ordinal), p.Sentence));
    }

    private sealed class HandClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}
