using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Broker.Tests;

/// <summary>The broker and the agent as it is built, behind the forced command of a real sshd.</summary>
public sealed class RealAgentTests
{
    [Fact]
    [Trait("promise", "P5")]
    public async Task A_job_that_gets_no_keys_fails_at_the_real_agent_and_its_data_are_purged()
    {
        var probe = await SandboxProbe.RunAsync();
        Assert.SkipUnless(probe.WhyNotNested is null, probe.WhyNotNested ?? "");
        using var site = new RealSite();
        await using var world = await World.StartAsync(site.ForcedCommand);
        world.Gateway.RefuseKeys = _ => true;
        await using var broker = await StartAsync(world, site);
        var submission = World.Submission();

        await broker.SubmitAsync(submission);
        var failed = await broker.UntilStateAsync(submission.Id, TrialStates.Failed);

        Assert.Equal(JobFailures.KeyRefused, failed.Failure);
        Assert.Contains("Denied by revoked", failed.Explanation, StringComparison.Ordinal);
        Assert.Equal(new StagingView(9_201_000, 9_201_000, 0), failed.Staging);
        Assert.Empty(Directory.EnumerateFiles(site.Staged));
        var receipt = StatementKinds.PurgeReceipt.Verify(Assert.Single(world.Gateway.Receipts.Values), site.Key.Public).Value;
        Assert.Equal(3, receipt.Deleted.Count);
    }

    [Fact]
    public async Task A_job_the_real_agent_refuses_fails_with_its_reason_and_leaves_nothing_there()
    {
        using var site = new RealSite("caps: {minutes: 5, memory_mib: 512, cpus: 2, jobs: 1}");
        await using var world = await World.StartAsync(site.ForcedCommand);
        await using var broker = await StartAsync(world, site);
        var submission = World.Submission();

        await broker.SubmitAsync(submission);
        var failed = await broker.UntilStateAsync(submission.Id, TrialStates.Failed);

        Assert.Equal(JobFailures.SiteRefused, failed.Failure);
        Assert.Contains("over-cap", failed.Explanation, StringComparison.Ordinal);
        Assert.Contains("1024 MiB", failed.Explanation, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(site.Staged));
    }

    private static async Task<RunningBroker> StartAsync(World world, RealSite site)
    {
        var broker = await world.StartBrokerAsync();
        site.Write(world.Gateway.Key.Public, world.Gateway.Broker!);
        return broker;
    }

    /// <summary>A site as its admin sets it up.</summary>
    private sealed class RealSite(string caps = "caps: {minutes: 10, memory_mib: 2048, cpus: 2, jobs: 1}") : IDisposable
    {
        private readonly TestFolder _folder = new();

        public SigningKey Key { get; } = SigningKey.Create();

        public string Staged => _folder["state", "staged"];

        public string ForcedCommand =>
            $"exec env DOTNET_EnableDiagnostics=0 HOME={_folder.Path} {DotnetRuntime.Current().Root}/dotnet exec {Repository.Output("HpcAgent", "Scanlock.HpcAgent.dll")} serve --site {_folder["site.yaml"]}";

        public void Write(VerifyingKey gateway, VerifyingKey broker)
        {
            BrokerKey.LoadOrCreate(_folder["agent.pem"]).Dispose();
            File.WriteAllText(_folder["agent.pem"], Key.ExportPem());
            File.WriteAllText(_folder["gateway.pub.pem"], gateway.ExportPem());
            File.WriteAllText(_folder["broker.pub.pem"], broker.ExportPem());
            Directory.CreateDirectory(_folder["trainer"]);
            File.WriteAllText(_folder["trainer", "train.sh"], "#!/bin/sh\nexit 1\n");
            File.SetUnixFileMode(_folder["trainer", "train.sh"], (UnixFileMode)0b111_101_101);
            File.WriteAllText(_folder["site.yaml"], $$"""
                site: demo-cluster
                state: state
                key: agent.pem
                gateways: [{name: hospital, key: gateway.pub.pem}]
                brokers: [{name: hub, key: broker.pub.pem}]
                trainers: [{path: trainer, command: [train.sh]}]
                purposes: [HMB]
                {{caps}}
                isolation: [bubblewrap, bubblewrap-swap]

                """);
        }

        public void Dispose()
        {
            Key.Dispose();
            _folder.Dispose();
        }
    }
}
