using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Searches;
using Scanlock.Contracts.Trials;

namespace Scanlock.Contracts.Tests.Searches;

public sealed class SearchPlannerTests
{
    private const string Trial = """{"v":1,"label":"covid","network":"resnet18","epochs":9}""";

    [Fact]
    public void Without_a_search_there_is_the_one_trial_as_written()
    {
        var planned = Assert.Single(Plan(Trial, null).Trials);

        Assert.Equal(Trial, planned.Written.GetRawText());
        Assert.Empty(planned.Choices);
        Assert.Equal(7, planned.Seed);
    }

    [Fact]
    public void A_grid_is_every_combination_and_the_last_path_varies_fastest()
    {
        var plan = Plan("""{"v":1,"label":"covid","epochs":9}""", """{"method":"grid","space":{"network":{"values":["resnet18","vgg16"]},"learning_rate":{"values":[0.1,0.01,0.001]}}}""");

        Assert.Equal(6, plan.Configurations);
        Assert.Equal(
            ["0.1 resnet18", "0.1 vgg16", "0.01 resnet18", "0.01 vgg16", "0.001 resnet18", "0.001 vgg16"],
            plan.Trials.Select(trial => $"{trial.Spec.LearningRate} {trial.Spec.Network}"));
        Assert.Equal([0, 1, 2, 3, 4, 5], plan.Trials.Select(trial => trial.Ordinal));
    }

    /// <summary>4 networks x 3 rates x 3 steps x 3 decays x 5 folds: the study of the CLAIRE project.</summary>
    [Fact]
    public void The_CLAIRE_grid_has_540_trials_of_108_configurations()
    {
        var plan = Plan("""{"v":1,"label":"covid","epochs":30,"schedule":"step","optimizer":"adam"}""", """
            {"method":"grid","folds":5,"space":{
              "network":{"values":["densenet121","densenet169","densenet201","resnet50"]},"learning_rate":{"values":[0.001,0.0001,0.00001]},
              "step_epochs":{"values":[10,15,20]},"weight_decay":{"values":[0.1,0.01,0.001]}}}
            """);

        Assert.Equal((540, 108), (plan.Trials.Count, plan.Configurations));
        Assert.Equal(540, plan.Trials.Select(trial => trial.Identity).Distinct().Count());
        Assert.All(plan.Trials, trial => Assert.Equal((5, trial.Ordinal % 5, trial.Ordinal / 5), (trial.Spec.Validation.Folds, trial.Spec.Validation.Fold, trial.Configuration)));
    }

    [Fact]
    public void A_condition_that_does_not_hold_leaves_its_field_alone()
    {
        var plan = Plan(Trial, """
            {"method":"grid","space":{
              "pretraining.method":{"values":["none","contrast"]},
              "pretraining.queue":{"values":[64,128],"when":{"pretraining.method":["contrast"]}},
              "augmentation.noise":{"values":[0.1,0.2],"when":{"pretraining.queue":[128]}}}}
            """);

        Assert.Equal(
            ["none - -", "contrast 64 -", "contrast 128 0.1", "contrast 128 0.2"],
            plan.Trials.Select(trial => $"{Choice(trial, "pretraining.method")} {Choice(trial, "pretraining.queue")} {Choice(trial, "augmentation.noise")}"));
    }

    [Fact]
    public void A_default_that_is_written_out_makes_the_same_trial_and_another_seed_another()
    {
        var plan = Plan(Trial, """{"method":"grid","space":{"batch":{"values":[16]},"seed":{"values":[1,2]}}}""");

        Assert.Equal([1L, 2L], plan.Trials.Select(trial => trial.Seed));
        Assert.Equal(Plan(Trial, null, seed: 1).Trials[0].Identity, plan.Trials[0].Identity);
        Assert.NotEqual(plan.Trials[0].Identity, plan.Trials[1].Identity);
    }

    [Fact]
    public void A_larger_search_begins_with_the_trials_of_a_smaller_one()
    {
        const string Space = """ "space":{"learning_rate":{"min":0.00001,"max":0.1,"scale":"log"},"network":{"values":["resnet18","resnet34","vgg16"]}}""";
        var few = Plan("""{"v":1,"label":"covid"}""", $$"""{"method":"random","trials":10,{{Space}}}""");
        var many = Plan("""{"v":1,"label":"covid"}""", $$"""{"method":"asha","trials":40,"objective":{"metric":"auc","direction":"maximize"},{{Space}}}""");

        Assert.Equal(few.Trials.Select(trial => trial.Identity), many.Trials.Take(10).Select(trial => trial.Identity));
        Assert.NotEqual(few.Trials[0].Identity, Plan("""{"v":1,"label":"covid"}""", $$"""{"method":"random","trials":10,{{Space}}}""", seed: 8).Trials[0].Identity);
    }

    [Fact]
    public void A_log_range_is_even_in_the_exponent_and_a_whole_range_takes_each_value_alike()
    {
        var plan = Plan(Trial, """
            {"method":"random","trials":4000,"space":{"learning_rate":{"min":0.0001,"max":0.01,"scale":"log"},"dropout":{"min":0,"max":0.5},"batch":{"min":1,"max":4}}}
            """);

        Assert.InRange(plan.Trials.Count(trial => trial.Spec.LearningRate < 0.001) / 4000d, 0.46, 0.54);
        Assert.InRange(plan.Trials.Average(trial => trial.Spec.Dropout), 0.23, 0.27);
        Assert.All(Enumerable.Range(1, 4), batch => Assert.InRange(plan.Trials.Count(trial => trial.Spec.Batch == batch), 850, 1150));
        Assert.All(plan.Trials, trial => Assert.InRange(trial.Spec.LearningRate, 0.0001, 0.01));
    }

    [Fact]
    public void A_space_smaller_than_the_budget_is_gone_through_once()
    {
        var plan = Plan(Trial, """{"method":"random","trials":100,"space":{"batch":{"values":[8,16,32]}}}""");

        Assert.Equal([8, 16, 32], plan.Trials.Select(trial => trial.Spec.Batch).Order());
    }

    [Theory]
    [InlineData("""{"method":"grid","space":{"batch":{"values":[1,2,3]}},"trials":2}""", "search.trials: the grid has more than 2 configurations")]
    [InlineData("""{"method":"grid","space":{"batch":{"values":[4,4.0]}}}""", "search.space.batch: names a value twice")]
    [InlineData("""{"method":"grid","space":{"batch":null}}""", "search.space.batch: is null, or has a condition that is")]
    [InlineData("""{"method":"grid","space":{"batch":{"values":[4],"when":{"loss":null}}}}""", "search.space.batch: is null, or has a condition that is")]
    [InlineData("""{"method":"random","trials":2,"objective":{"metric":"dice","direction":"maximize"},"space":{"batch":{"values":[4]}}}""", "search.objective.metric: dice is nothing that these trials report: they classify")]
    [InlineData("""{"method":"tpe","space":{"batch":{"values":[1]}}}""", "search.method: must be one of: grid, random, asha")]
    [InlineData("""{"method":"grid","space":{}}""", "search.space: must have 1 to 50 dimensions")]
    [InlineData("""{"method":"grid","space":{"batsh":{"values":[1]}}}""", "search.space.batsh: is no field of a trial spec")]
    [InlineData("""{"method":"grid","space":{"window":{"values":[1]}}}""", "search.space.window: is no field of a trial spec")]
    [InlineData("""{"method":"grid","space":{"epochs":{"values":[1]}}}""", "search.space.epochs: is given in the trial too; give it in one place")]
    [InlineData("""{"method":"grid","space":{"batch":{"values":[]}}}""", "search.space.batch: must have 1 to 1000 values")]
    [InlineData("""{"method":"grid","space":{"batch":{"values":[4,4]}}}""", "search.space.batch: names a value twice")]
    [InlineData("""{"method":"grid","space":{"batch":{"min":1,"max":3}}}""", "search.space.batch: must list its values: a grid has no ranges")]
    [InlineData("""{"method":"random","space":{"batch":{"min":1,"max":3}}}""", "search.trials: must be from 1 to 10000; only a grid may leave it out")]
    [InlineData("""{"method":"random","trials":1,"space":{"batch":{"min":3,"max":1}}}""", "search.space.batch: must have a min below its max")]
    [InlineData("""{"method":"random","trials":1,"space":{"batch":{"min":1.5,"max":3}}}""", "search.space.batch: must begin and end with a value that the field allows")]
    [InlineData("""{"method":"random","trials":1,"space":{"dropout":{"min":0,"max":0.5,"scale":"log"}}}""", "search.space.dropout: has a log scale, so min must be above 0")]
    [InlineData("""{"method":"random","trials":1,"space":{"loss":{"min":0,"max":1}}}""", "search.space.loss: is no number, so it has no range; list its values")]
    [InlineData("""{"method":"random","trials":1,"space":{"dropout":{"values":[0],"max":0.5}}}""", "search.space.dropout: must have either values, or min and max")]
    [InlineData("""{"method":"grid","space":{"batch":{"values":[4],"when":{"loss":["focal"]}}}}""", "search.space.batch: when hangs on loss, which neither the trial nor the space gives")]
    [InlineData("""{"method":"grid","space":{"batch":{"values":[4],"when":{"los":["focal"]}}}}""", "search.space.batch: when names 'los', which is no other field of a trial spec")]
    [InlineData("""{"method":"grid","space":{"batch":{"values":[4],"when":{"loss":["focal"]}},"loss":{"values":["focal"],"when":{"batch":[4]}}}}""", "search.space: the conditions of batch, loss hang on one another")]
    [InlineData("""{"method":"grid","space":{"loss":{"values":["focal","focul"]}}}""", "trial.loss: must be one of: cross_entropy, focal, dice, boundary (in the trial with loss \"focul\")")]
    [InlineData("""{"method":"grid","space":{"seed":{"values":[-1]}}}""", "search.space.seed: must be whole numbers from 0 to 9007199254740992")]
    [InlineData("""{"method":"grid","folds":1,"space":{}}""", "search.folds: must be from 2 to 20")]
    [InlineData("""{"method":"grid","folds":5,"trials":4,"space":{}}""", "search.trials: must be at least the 5 folds of one configuration")]
    [InlineData("""{"method":"grid","folds":5,"space":{"validation.fold":{"values":[0]}}}""", "search.folds: stands beside validation.folds or validation.fold of the trial; give one of them")]
    [InlineData("""{"method":"asha","trials":9,"space":{"batch":{"values":[4]}}}""", "search.objective: is missing: what is to be best?")]
    [InlineData("""{"method":"asha","trials":9,"folds":3,"objective":{"metric":"auc","direction":"maximize"},"space":{"batch":{"values":[4]}}}""", "search.folds: is not for asha, which compares single trainings on the way")]
    [InlineData("""{"method":"grid","objective":{"metric":"f1","direction":"up"},"space":{"batch":{"values":[4]}}}""", "search.objective.metric: must be one of: loss, validation_loss, accuracy, auc, dice")]
    [InlineData("""{"method":"grid","halving":{"reduction":3,"first_epochs":1},"space":{"batch":{"values":[4]}}}""", "search.halving: is for asha only")]
    public void What_cannot_be_searched_is_refused_with_the_place_and_the_reason(string search, string problem)
    {
        var invalid = Assert.IsType<SearchPlanResult.Invalid>(SearchPlanner.Plan(Json(Trial), 7, Search(search)));

        Assert.Contains(invalid.Problems, found => found.ToString().StartsWith(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"v":1,"label":"covid","network":"resnet18"}""")]
    [InlineData("""{"v":1,"label":"covid","network":"no-such"}""")]
    public async Task A_grid_larger_than_the_universe_is_refused_at_once(string trial)
    {
        var values = string.Join(',', Enumerable.Range(1, 1000).Select(i => $"0.000{i:0000}"));
        string[] paths = ["learning_rate", "weight_decay", "dropout", "momentum", "label_smoothing", "average_decay"];
        var space = string.Join(',', paths.Select(path => $"\"{path}\":{{\"values\":[{values}]}}"));

        var planning = Task.Run(() => SearchPlanner.Plan(Json(trial), 7, Search($$"""{"method":"grid","space":{ {{space}} } }""")));

        Assert.IsType<SearchPlanResult.Invalid>(await planning.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Every_draw_of_any_space_stays_in_it() => Prop.ForAll<int, PositiveInt, PositiveInt>((seed, low, width) =>
    {
        var (min, max) = (low.Get, low.Get + width.Get);
        var plan = Plan(Trial, $$"""{"method":"random","trials":20,"space":{"batch":{"min":{{min}},"max":{{max}},"scale":"log"} } }""", Math.Abs((long)seed));
        return plan.Trials.Count > 0 && plan.Trials.All(trial => trial.Spec.Batch >= min && trial.Spec.Batch <= max);
    }).QuickCheckThrowOnFailure();

    private static string Choice(PlannedTrial trial, string path) => trial.Choices.TryGetValue(path, out var value) ? value.ToString() : "-";

    private static SearchPlan Plan(string trial, string? search, long seed = 7) =>
        Assert.IsType<SearchPlanResult.Valid>(SearchPlanner.Plan(Json(trial), seed, search is null ? null : Search(search))).Plan;

    /// <summary>With null for what is left out, as the command line does it.</summary>
    private static SearchSpec Search(string json)
    {
        var search = JsonNode.Parse(json)!.AsObject();
        foreach (var name in new[] { "trials", "folds", "objective", "halving" })
        {
            search.TryAdd(name, null);
        }

        foreach (var dimension in search["space"]!.AsObject().Select(entry => entry.Value).OfType<JsonObject>())
        {
            foreach (var name in new[] { "values", "min", "max", "scale", "when" })
            {
                dimension.TryAdd(name, null);
            }
        }

        return search.Deserialize(ContractsJson.Strict.SearchSpec)!;
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
