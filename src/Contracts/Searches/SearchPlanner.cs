using System.Text.Json;
using System.Text.Json.Nodes;
using Scanlock.Contracts.Trials;

namespace Scanlock.Contracts.Searches;

/// <summary>Makes the trials of an experiment: the same ones from the same spec, wherever it runs.</summary>
public static class SearchPlanner
{
    /// <summary>Faulty combinations after which no more are looked at.</summary>
    private const int MostFaulty = 100;

    /// <summary>Draws per wanted trial after which a small space is taken to have no more.</summary>
    private const int DrawsPerTrial = 20;

    /// <param name="trial">The trial spec as written.</param>
    /// <param name="seed">The seed of the trials, and of what is drawn.</param>
    public static SearchPlanResult Plan(JsonElement trial, long seed, SearchSpec? search)
    {
        var problems = new List<SpecProblem>();
        if (seed is < 0 or > SearchSpec.MaxSeed)
        {
            problems.Add(new(SearchSpec.SeedPath, $"must be from 0 to {SearchSpec.MaxSeed}"));
            seed = 0;
        }

        if (search is null)
        {
            var single = Trial(trial, new SortedDictionary<string, JsonElement>(StringComparer.Ordinal), seed, 0, 0, problems);
            return problems.Count > 0 ? new SearchPlanResult.Invalid(problems) : new SearchPlanResult.Valid(new([single!], 1));
        }

        problems.AddRange(SearchRules.Check(search, trial));
        var space = problems.Count > 0 ? null : SearchSpace.Read(search.Space, trial, problems);
        return space is null ? new SearchPlanResult.Invalid(problems) : Plan(trial, seed, search, space);
    }

    private static SearchPlanResult Plan(JsonElement trial, long seed, SearchSpec search, SearchSpace space)
    {
        var problems = new List<SpecProblem>();
        var folds = search.Folds ?? 1;
        var most = (search.Trials ?? SearchSpec.MostTrials) / folds;
        var trials = new List<PlannedTrial>();
        var seen = new HashSet<Sha256Digest>();
        var (configurations, visited, faulty) = (0, 0, 0);
        foreach (var choices in search.Method == SearchMethods.Grid ? space.Grid() : Draws(space, seed, most))
        {
            if (search.Method == SearchMethods.Grid && visited++ == most)
            {
                return Refused("search.trials", $"the grid has more than {most} configurations{(folds > 1 ? $" of {folds} folds" : "")}; list fewer values, or allow more trials (at most {SearchSpec.MostTrials})");
            }

            var ofConfiguration = new List<PlannedTrial>();
            for (var fold = 0; fold < folds; fold++)
            {
                if (Trial(trial, WithFold(choices, search.Folds, fold), seed, trials.Count + fold, configurations, problems) is { } planned)
                {
                    ofConfiguration.Add(planned);
                }
            }

            if (ofConfiguration.Count < folds)
            {
                if (++faulty == MostFaulty)
                {
                    break;
                }
            }
            else if (seen.Add(ofConfiguration[0].Identity))
            {
                // A choice can be of no consequence, and then two configurations are one.
                trials.AddRange(ofConfiguration);
                if (++configurations == most && search.Method != SearchMethods.Grid)
                {
                    break;
                }
            }
        }

        problems.AddRange(trials.Count > 0 ? SearchRules.CheckObjective(search, trials[0].Spec) : []);
        return problems.Count > 0 ? new SearchPlanResult.Invalid(problems) : new SearchPlanResult.Valid(new(trials, configurations));
    }

    private static SearchPlanResult.Invalid Refused(string path, string reason) => new([new(path, reason)]);

    /// <summary>Each drawn combination once.</summary>
    private static IEnumerable<SortedDictionary<string, JsonElement>> Draws(SearchSpace space, long seed, int most) =>
        Enumerable.Range(0, most * DrawsPerTrial).Select(draw => space.Draw(seed, draw)).DistinctBy(choices => string.Join('\n', choices.Select(choice => choice.Value.GetRawText())));

    private static SortedDictionary<string, JsonElement> WithFold(SortedDictionary<string, JsonElement> choices, int? folds, int fold) => folds is null
        ? choices
        : new(choices, StringComparer.Ordinal) { [SearchSpec.FoldsPath] = JsonSerializer.SerializeToElement(folds.Value, ContractsJson.Strict.Int32), [SearchSpec.FoldPath] = JsonSerializer.SerializeToElement(fold, ContractsJson.Strict.Int32) };

    private static PlannedTrial? Trial(
        JsonElement trial, SortedDictionary<string, JsonElement> choices, long seed, int ordinal, int configuration, List<SpecProblem> problems)
    {
        var written = trial;
        if (choices.Count > 0 && JsonObject.Create(trial) is { } spec)
        {
            spec = spec.DeepClone().AsObject();
            foreach (var (path, value) in choices.Where(choice => choice.Key != SearchSpec.SeedPath))
            {
                SpecPath.Set(spec, path, value);
            }

            written = JsonSerializer.SerializeToElement(spec, ContractsJson.Strict.JsonObject);
        }

        if (choices.TryGetValue(SearchSpec.SeedPath, out var chosen) && (!chosen.TryGetInt64(out seed) || seed is < 0 or > SearchSpec.MaxSeed))
        {
            problems.Add(new($"search.space.{SearchSpec.SeedPath}", $"must be whole numbers from 0 to {SearchSpec.MaxSeed}"));
            return null;
        }

        switch (TrialSpecReader.Read(written))
        {
            case TrialSpecResult.Valid valid:
                return new(ordinal, configuration, choices, written, valid.Spec, seed);
            case TrialSpecResult.Invalid invalid:
                var with = string.Join(", ", choices.Select(choice => $"{choice.Key} {SpecPath.Shown(choice.Value.GetRawText())}"));
                problems.AddRange(invalid.Problems
                    .Select(problem => new SpecProblem(
                        problem.Path.Length == 0 ? "trial" : $"trial.{problem.Path}", choices.Count == 0 ? problem.Reason : $"{problem.Reason} (in the trial with {with})"))
                    .Where(problem => !problems.Any(known => known.Path == problem.Path)));
                return null;
            default:
                throw new InvalidOperationException("No such result.");
        }
    }
}
