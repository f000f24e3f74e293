using System.Text.Json;
using Scanlock.Broker.Tests.Ends;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Searches;
using Scanlock.Contracts.Signing;
using Scanlock.Testing;

namespace Scanlock.Broker.Tests;

/// <summary>Experiments of many trials.</summary>
public sealed class SearchTests
{
    [Fact]
    public async Task A_grid_runs_each_of_its_trials_with_its_own_choices_under_one_permit()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var view = await broker.SubmitAsync(Submission(Grid("""[0.1, 0.01]""", folds: 2)));

        var ended = await EndAsync(broker, view.Id);

        Assert.Equal(["finished"], ended.Counts.Keys);
        Assert.Equal(4, world.Agent.Receipts.Count);
        var asked = Assert.Single(world.Gateway.Requests);
        Assert.Equal((4, view.Id, view.Id), (asked.Bounds.Trials, asked.Id, ended.Permit));
        Assert.Equal(
            ["0.1 0", "0.1 1", "0.01 0", "0.01 1"],
            ended.Trials.Select(trial => $"{trial.Choices["learning_rate"]} {trial.Choices["validation.fold"]}"));
        var jobs = world.Gateway.Jobs.Values.Select(job => StatementKinds.Job.ReadUnverified(job).Value).ToDictionary(job => job.Id);
        Assert.All(ended.Trials, trial => Assert.Equal(trial.Choices["learning_rate"].GetDouble(), jobs[trial.Id].Spec.GetProperty("learning_rate").GetDouble()));
        Assert.All(ended.Trials, trial => Assert.Equal(trial.Choices["validation.fold"].GetInt32(), jobs[trial.Id].Spec.GetProperty("validation").GetProperty("fold").GetInt32()));
    }

    [Fact]
    public async Task Another_grid_inside_the_bounds_needs_no_new_approval_and_one_outside_does()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var first = await broker.SubmitAsync(Submission(Grid("[0.1]") with { Bounds = new(4, 100_000_000, 10, 100, []) }));
        await EndAsync(broker, first.Id);

        var inside = await broker.SubmitAsync(Submission(Grid("[0.2, 0.3]")));
        Assert.Equal((first.Id, RequestStates.Allowed), (inside.Permit, inside.Request));
        Assert.Equal(["finished"], (await EndAsync(broker, inside.Id)).Counts.Keys);
        Assert.Single(world.Gateway.Requests);

        var tooMany = await broker.SubmitAsync(Submission(Grid("[0.4, 0.5]")));
        Assert.Equal(tooMany.Id, tooMany.Permit);
        var otherProject = await broker.SubmitAsync(Submission(Grid("[0.6]") with { Project = "another" }));
        Assert.Equal(otherProject.Id, otherProject.Permit);
        world.Gateway.LatestVersion = 2;
        var newVersion = await broker.SubmitAsync(Submission(Grid("[0.7]")));
        Assert.Equal(newVersion.Id, newVersion.Permit);
        Assert.Equal(4, world.Gateway.Requests.Count);
    }

    [Fact]
    public async Task A_revoked_permit_is_not_shared()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var first = await broker.SubmitAsync(Submission(Grid("[0.1]") with { Bounds = new(4, 100_000_000, 10, 100, []) }));
        await EndAsync(broker, first.Id);
        world.Gateway.Decision = RequestStates.Revoked;

        var second = await broker.SubmitAsync(Submission(Grid("[0.2]")));

        Assert.Equal(second.Id, second.Permit);
    }

    [Fact]
    public async Task The_same_trial_is_not_run_twice()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var first = await EndAsync(broker, (await broker.SubmitAsync(Submission(Grid("[0.1, 0.01]")))).Id);

        var second = await EndAsync(broker, (await broker.SubmitAsync(Submission(Grid("[0.01, 0.001]")))).Id);

        Assert.Equal(3, world.Gateway.Jobs.Count);
        var (reused, own) = (second.Trials[0], second.Trials[1]);
        Assert.Equal((first.Trials[1].Id, first.Trials[1].Job, TrialStates.Finished, ResultStates.Held), (reused.Reused, reused.Job, reused.State, reused.Model));
        Assert.Equal(first.Trials[1].Metrics!.Value.GetRawText(), reused.Metrics!.Value.GetRawText());
        Assert.Null(own.Reused);
        var otherSeed = await EndAsync(broker, (await broker.SubmitAsync(Submission(Grid("[0.01]") with { Seed = 8 }))).Id);
        Assert.Null(otherSeed.Trials[0].Reused);
    }

    [Fact]
    public async Task A_trial_whose_twin_runs_waits_for_its_results()
    {
        await using var world = await World.StartAsync();
        world.Agent.StopAtStep = 3;
        await using var broker = await world.StartBrokerAsync();
        var first = await broker.SubmitAsync(Submission(Grid("[0.1]")));
        await broker.UntilStateAsync(first.Id, TrialStates.Running);

        var second = await broker.SubmitAsync(Submission(Grid("[0.1]")));
        var waits = await broker.UntilAsync(second.Id, "the twin to be seen", trial => trial.Explanation?.Contains(first.Id, StringComparison.Ordinal) == true);
        Assert.Equal(TrialStates.WaitingApproval, waits.State);
        world.Agent.StopAtStep = int.MaxValue;

        Assert.Equal(first.Trials[0].Id, (await EndAsync(broker, second.Id)).Trials[0].Reused);
        Assert.Single(world.Gateway.Jobs);
    }

    [Fact]
    public async Task Asha_stops_what_does_worse_at_a_rung_and_lets_the_best_go_on()
    {
        await using var world = await World.StartAsync();
        world.Agent.Accuracy = job => 1 - job.Spec.GetProperty("learning_rate").GetDouble();
        world.Agent.StopAtStep = 5;
        await using var broker = await world.StartBrokerAsync();
        var spec = Grid("[0.1, 0.2, 0.3, 0.4]");
        spec = spec with { Search = spec.Search! with { Method = SearchMethods.Asha, Trials = 4, Objective = new("accuracy", Objective.Maximize), Halving = new(2, 1) } };
        var view = await broker.SubmitAsync(Submission(spec));

        // With one in two kept, no more than half of those that have arrived go on, whatever the order; the best one always does.
        var judged = await UntilAsync(broker, view.Id, "the search to have judged", seen => seen.Counts.GetValueOrDefault(TrialStates.Stopped) >= 1 && seen.Counts.GetValueOrDefault(TrialStates.Stopped) + seen.Counts.GetValueOrDefault(TrialStates.Running) == 4);
        world.Agent.StopAtStep = int.MaxValue;
        var ended = await EndAsync(broker, view.Id);

        var best = ended.Trials.Single(trial => trial.Choices["learning_rate"].GetDouble() == 0.1);
        Assert.Equal(TrialStates.Finished, best.State);
        var worst = ended.Trials.Where(trial => trial.State == TrialStates.Stopped).ToList();
        Assert.NotEmpty(worst);
        Assert.All(worst, trial => Assert.Matches("^Stopped by the search: with accuracy 0\\.[678] after epoch 1 it is not among the best of [234] trials, one in 2\\.$", trial.Explanation));
        Assert.Equal(ended.Trials.Count, world.Agent.Receipts.Count);
        Assert.NotNull(judged);
    }

    [Fact]
    public async Task A_search_with_faults_is_refused_with_all_of_them_and_nothing_is_kept()
    {
        await using var world = await World.StartAsync();
        await using var broker = await world.StartBrokerAsync();
        var spec = Grid("[0, 0.1]");

        using var response = await broker.PostAsync(Submission(spec with { Search = spec.Search! with { Folds = 3, Trials = 2 } }));
        using var mixed = await broker.PostAsync(Submission(spec));

        Assert.Contains("spec.search.trials: must be at least the 3 folds of one configuration", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("spec.trial.learning_rate: must be a number above 0 and at most 10 (in the trial with learning_rate 0)", await mixed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(world.Gateway.Requests);
    }

    private static ExperimentSpec Grid(string rates, int? folds = null) => World.Spec() with
    {
        Trainer = World.Trainer,
        Search = new(
            SearchMethods.Grid,
            new Dictionary<string, SearchDimension> { ["learning_rate"] = new([.. JsonDocument.Parse(rates).RootElement.EnumerateArray()], null, null, null, null) },
            null, folds, null, null),
    };

    private static SubmitExperiment Submission(ExperimentSpec spec) => World.Submission(spec: spec);

    private static Task<ExperimentView> EndAsync(RunningBroker broker, string experiment) =>
        UntilAsync(broker, experiment, "all trials to end", view => view.Trials.All(trial => trial.State is TrialStates.Finished or TrialStates.Failed or TrialStates.Stopped));

    private static Task<ExperimentView> UntilAsync(RunningBroker broker, string experiment, string what, Func<ExperimentView, bool> condition) => Wait.UntilAsync(
        what,
        async () =>
        {
            var view = await broker.ShowAsync(experiment);
            return condition(view) ? view : null;
        },
        World.Deadline);
}
