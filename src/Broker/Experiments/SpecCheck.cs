using System.Text;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Sites;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Searches;

namespace Scanlock.Broker.Experiments;

/// <summary>Checks an experiment as it is handed in: every fault at once, each with the path of its field.</summary>
internal static class SpecCheck
{
    private const int MaxName = 200;
    private const int MaxList = 100;
    private const int MaxProgressValues = 1_000_000;

    /// <param name="plan">Its trials; null where they have faults.</param>
    public static IReadOnlyList<string> Faults(SubmitExperiment submission, GatewayDirectory gateways, SiteDirectory sites, out SearchPlan? plan)
    {
        var spec = submission.Spec;
        var planned = SearchPlanner.Plan(spec.Trial, spec.Seed, spec.Search);
        plan = (planned as SearchPlanResult.Valid)?.Plan;
        return
        [
            .. Submission(submission),
            .. Text("spec.name", spec.Name),
            .. gateways.Find(spec.Gateway) is null ? [$"spec.gateway: this broker knows no gateway '{Shown(spec.Gateway)}'; it knows {Names(gateways.All.Select(gateway => gateway.Name))}"] : Array.Empty<string>(),
            .. Text("spec.dataset", spec.Dataset),
            .. spec.Version is < 1 ? ["spec.version: must be at least 1, or null for the latest"] : Array.Empty<string>(),
            .. Text("spec.project", spec.Project),
            .. PurposeFaults(spec.Purpose),
            .. sites.Find(spec.Site) is null ? [$"spec.site: this broker knows no site '{Shown(spec.Site)}'; it knows {Names(sites.All.Select(site => site.Name))}"] : Array.Empty<string>(),
            .. planned is SearchPlanResult.Invalid invalid ? invalid.Problems.Select(problem => $"spec.{problem}") : [],
            .. ResourceFaults(spec.Resources),
            .. spec.Bounds is null ? [] : BoundsFaults(spec.Bounds, plan, isJudged: spec.Search?.Method == SearchMethods.Asha),
        ];
    }

    private static IEnumerable<string> Submission(SubmitExperiment submission)
    {
        if (!Guid.TryParseExact(submission.Id, "D", out _))
        {
            yield return "id: must be a UUID";
        }

        if (submission.GatewayToken.Length is 0 or > 16_384 || submission.GatewayToken.Any(c => c is <= ' ' or > '~'))
        {
            yield return "gateway_token: must be an access token for the gateway";
        }
    }

    private static IEnumerable<string> PurposeFaults(Purpose purpose) =>
    [
        .. Text("spec.purpose.permission", purpose.Permission),
        .. purpose.Conditions.Count > MaxList ? [$"spec.purpose.conditions: at most {MaxList}"] : purpose.Conditions.SelectMany((condition, i) => Text($"spec.purpose.conditions[{i}]", condition)),
        .. purpose.Disease is { } disease ? Text("spec.purpose.disease", disease) : [],
        .. purpose.Ethics is { } ethics ? Text("spec.purpose.ethics", ethics) : [],
    ];

    private static IEnumerable<string> ResourceFaults(JobResources resources) =>
    [
        .. Within("spec.resources.cpus", resources.Cpus, 1, 4096),
        .. Within("spec.resources.memory_mib", resources.MemoryMiB, 64, 64 << 20),
        .. Within("spec.resources.gpus", resources.Gpus, 0, 1024),
        .. Within("spec.resources.minutes", resources.Minutes, 1, 60 * 24 * 60),
    ];

    /// <param name="isJudged">Whether trials are compared by what they report, so that they must be able to report all.</param>
    private static IEnumerable<string> BoundsFaults(SpecBounds bounds, SearchPlan? plan, bool isJudged)
    {
        var least = plan?.LeastBounds() ?? new(1, 1, 1, 0, []);
        return
        [
            .. Within("spec.bounds.trials", bounds.Trials, least.Trials, 1_000_000),
            .. Within("spec.bounds.parameters", bounds.Parameters, least.Parameters, long.MaxValue),
            .. Within("spec.bounds.epochs", bounds.Epochs, least.Epochs, int.MaxValue),
            .. Within("spec.bounds.progress_values", bounds.ProgressValues, isJudged ? least.ProgressValues : 0, MaxProgressValues),
            .. least.InitialWeights.Except(bounds.InitialWeights).Any() ? ["spec.bounds.initial_weights: lacks the trial's initial_weights"] : Array.Empty<string>(),
            .. bounds.InitialWeights.Count > MaxList ? [$"spec.bounds.initial_weights: at most {MaxList}"] : Array.Empty<string>(),
        ];
    }

    private static IEnumerable<string> Within(string path, long value, long min, long max)
    {
        if (value < min || value > max)
        {
            yield return max is long.MaxValue or int.MaxValue ? $"{path}: must be at least {min}" : $"{path}: must be from {min} to {max}";
        }
    }

    private static IEnumerable<string> Text(string path, string text)
    {
        if (string.IsNullOrWhiteSpace(text) || text.Length > MaxName || text.Any(char.IsControl) || text.EnumerateRunes().Contains(Rune.ReplacementChar))
        {
            yield return $"{path}: must be 1 to {MaxName} characters on one line";
        }
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } all ? all : "none";

    private static string Shown(string text) => string.Concat(text.Take(64).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
