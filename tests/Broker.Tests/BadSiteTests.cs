using System.Net.Http.Json;
using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;

namespace Scanlock.Broker.Tests;

public sealed class BadSiteTests
{
    private static readonly ExperimentSpec s_spec = World.Spec() with { Trainer = World.Trainer };

    [Fact]
    public async Task A_site_that_is_away_is_waited_for_and_says_so()
    {
        await using var world = await World.StartAsync();
        await world.Sshd.StopAsync();
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission(spec: s_spec);

        await broker.SubmitAsync(submission);
        var waiting = await broker.UntilAsync(submission.Id, "an explanation", trial => trial is { State: TrialStates.Staging, Explanation: not null });
        Assert.Equal("The site 'demo-cluster' cannot be reached: its host refuses the connection.", waiting.Explanation);
        Assert.Null(waiting.Failure);

        await world.Sshd.StartAsync();
        await broker.UntilStateAsync(submission.Id, TrialStates.Finished);
    }

    [Fact]
    public async Task A_site_that_goes_away_while_the_job_runs_is_waited_for_too()
    {
        await using var world = await World.StartAsync();
        world.Agent.StopAtStep = 3;
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission(spec: s_spec);
        await broker.SubmitAsync(submission);
        await broker.UntilStateAsync(submission.Id, TrialStates.Running);

        await world.Sshd.StopAsync();
        var waiting = await broker.UntilAsync(submission.Id, "an explanation", trial => trial.Explanation is not null);
        Assert.Equal((TrialStates.Running, null), (waiting.State, waiting.Failure));

        world.Agent.StopAtStep = int.MaxValue;
        await world.Sshd.StartAsync();
        await broker.UntilStateAsync(submission.Id, TrialStates.Finished);
    }

    [Fact]
    public async Task A_wrong_host_key_fails_the_trial_and_nothing_is_said_to_such_a_host()
    {
        await using var world = await World.StartAsync();
        await world.Sshd.PinWrongKeyAsync();
        var failed = await FailAsync(world);

        Assert.Equal(BrokerFailures.HostKeyMismatch, failed.Failure);
        Assert.Contains("The site 'demo-cluster' cannot be reached: its host key is not the one entered for it.", failed.Explanation, StringComparison.Ordinal);
        Assert.Empty(world.Agent.Heard);
        Assert.Empty(world.Gateway.Served);
    }

    [Fact]
    public async Task A_host_whose_key_nobody_entered_is_not_believed_at_first_sight()
    {
        await using var world = await World.StartAsync();
        await File.WriteAllTextAsync(world.Sshd.KnownHostsFile, "", TestContext.Current.CancellationToken);
        var failed = await FailAsync(world);

        Assert.Equal(BrokerFailures.HostKeyMismatch, failed.Failure);
        Assert.Contains("no host key was entered for it", failed.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("echo Welcome to the cluster; sleep 60")]
    [InlineData("head -c 5000000 /dev/urandom")]
    [InlineData("printf '\\000\\000\\000\\005hello'")]
    [InlineData("exit 3")]
    [InlineData("no-such-program-anywhere")]
    public async Task An_agent_that_answers_garbage_fails_the_trial_with_a_clear_reason(string command)
    {
        await using var world = await World.StartAsync(command);
        var failed = await FailAsync(world);

        Assert.Equal(BrokerFailures.AgentProtocol, failed.Failure);
        Assert.StartsWith("What answers at the site 'demo-cluster' does not speak the agent protocol: ", failed.Explanation, StringComparison.Ordinal);
        Assert.Empty(world.Gateway.Served);
    }

    [Fact]
    public async Task Another_sites_agent_is_not_given_anything()
    {
        await using var world = await World.StartAsync();
        world.Agent.Site = "other-cluster";
        var failed = await FailAsync(world);

        Assert.Equal(BrokerFailures.AgentProtocol, failed.Failure);
        Assert.Contains("Another site's agent answers", failed.Explanation, StringComparison.Ordinal);
        Assert.Equal(0, world.Agent.BytesPut);
    }

    [Fact]
    public async Task The_list_of_sites_says_how_each_answers()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var site = Assert.Single((await broker.Client.GetFromJsonAsync(BrokerRoutes.Sites, ContractsJson.Strict.IReadOnlyListSiteView, TestContext.Current.CancellationToken))!);
        Assert.Equal(("demo-cluster", "reachable", null), (site.Name, site.State, site.Problem));
        Assert.Equal([World.Trainer], site.Trainers);
    }

    [Fact]
    public async Task Without_a_named_trainer_an_unreachable_site_is_said_at_once()
    {
        await using var world = await World.StartAsync();
        await world.Sshd.StopAsync();
        await using var broker = await world.StartBrokerAsync();

        using var answer = await broker.PostAsync(World.Submission());

        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("refuses the connection", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Empty(world.Gateway.Requests);
    }

    private static async Task<TrialView> FailAsync(World world)
    {
        await using var broker = await world.StartBrokerAsync();
        var submission = World.Submission(spec: s_spec);
        await broker.SubmitAsync(submission);
        return await broker.UntilStateAsync(submission.Id, TrialStates.Failed);
    }
}
