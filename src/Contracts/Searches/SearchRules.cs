using System.Text.Json;
using Scanlock.Contracts.Trials;

namespace Scanlock.Contracts.Searches;

/// <summary>What a search must be, before any of its trials is made.</summary>
internal static class SearchRules
{
    private const int MostFolds = 20;

    internal static IEnumerable<SpecProblem> Check(SearchSpec search, JsonElement trial) => [.. Shape(search, trial), .. Comparison(search)];

    private static IEnumerable<SpecProblem> Shape(SearchSpec search, JsonElement trial)
    {
        if (!SearchMethods.All.Contains(search.Method, StringComparer.Ordinal))
        {
            yield return new("search.method", $"must be one of: {string.Join(", ", SearchMethods.All)}");
        }

        if (search.Space.Count > SearchSpec.MostDimensions || (search.Space.Count == 0 && search.Folds is null))
        {
            yield return new("search.space", $"must have 1 to {SearchSpec.MostDimensions} dimensions");
        }

        if (search.Trials is < 1 or > SearchSpec.MostTrials || (search.Trials is null && search.Method is SearchMethods.Random or SearchMethods.Asha))
        {
            yield return new("search.trials", $"must be from 1 to {SearchSpec.MostTrials}; only a grid may leave it out");
        }

        foreach (var empty in search.Space.Where(dimension => dimension.Value is null || dimension.Value.When?.Any(condition => condition.Value is null) == true))
        {
            yield return new($"search.space.{SpecPath.Shown(empty.Key)}", "is null, or has a condition that is");
        }

        if (search.Method == SearchMethods.Grid)
        {
            foreach (var range in search.Space.Where(dimension => dimension.Value is { Values: null }).OrderBy(dimension => dimension.Key, StringComparer.Ordinal))
            {
                yield return new($"search.space.{SpecPath.Shown(range.Key)}", "must list its values: a grid has no ranges");
            }
        }

        if (search.Folds is { } folds)
        {
            if (folds is < 2 or > MostFolds)
            {
                yield return new("search.folds", $"must be from 2 to {MostFolds}");
            }
            else if (search.Trials < folds)
            {
                yield return new("search.trials", $"must be at least the {folds} folds of one configuration");
            }

            if (SpecPath.Value(trial, SearchSpec.FoldsPath) is not null || search.Space.Keys.Any(path => path is SearchSpec.FoldPath or SearchSpec.FoldsPath))
            {
                yield return new("search.folds", "stands beside validation.folds or validation.fold of the trial; give one of them");
            }
        }
    }

    /// <summary>Whether trials report what is to be best.</summary>
    internal static IEnumerable<SpecProblem> CheckObjective(SearchSpec search, TrialSpec trial)
    {
        var metric = search.Objective?.Metric;
        var isSegmentation = TrialNetworks.Of(trial.Network).Task == TrialSpec.Segment;
        if ((metric is ProgressNames.Dice && !isSegmentation) || (metric is ProgressNames.Accuracy or ProgressNames.Auc && isSegmentation))
        {
            yield return new("search.objective.metric", $"{metric} is nothing that these trials report: they {trial.Task}");
        }
    }

    private static IEnumerable<SpecProblem> Comparison(SearchSpec search)
    {
        if (search.Objective is { } objective)
        {
            if (!ProgressNames.All.Contains(objective.Metric, StringComparer.Ordinal))
            {
                yield return new("search.objective.metric", $"must be one of: {string.Join(", ", ProgressNames.All)}");
            }

            if (objective.Direction is not (Objective.Maximize or Objective.Minimize))
            {
                yield return new("search.objective.direction", $"must be {Objective.Maximize} or {Objective.Minimize}");
            }
        }

        var isAsha = search.Method == SearchMethods.Asha;
        if (isAsha && search.Objective is null)
        {
            yield return new("search.objective", "is missing: what is to be best?");
        }

        if (isAsha && search.Folds is not null)
        {
            yield return new("search.folds", "is not for asha, which compares single trainings on the way");
        }

        if (search.Halving is { } halving)
        {
            if (!isAsha)
            {
                yield return new("search.halving", "is for asha only");
            }

            if (halving.Reduction is < 2 or > 20)
            {
                yield return new("search.halving.reduction", "must be from 2 to 20");
            }

            if (halving.FirstEpochs is < 1 or > 10_000)
            {
                yield return new("search.halving.first_epochs", "must be from 1 to 10000");
            }
        }
    }
}
