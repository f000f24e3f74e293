using System.Text.Json;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Trials;

namespace Scanlock.Contracts.Searches;

/// <summary>The trials of an experiment, in the order in which they are to begin.</summary>
/// <param name="Configurations">Distinct choices, each trained once per fold.</param>
public sealed record SearchPlan(IReadOnlyList<PlannedTrial> Trials, int Configurations)
{
    /// <summary>The least that a permit must allow for all of them. Policies count from one epoch, also where a trial only evaluates.</summary>
    public SpecBounds LeastBounds() => new(
        Trials.Count,
        Trials.Max(trial => TrialNetworks.Parameters(trial.Spec)),
        Math.Max(1, Trials.Max(trial => trial.Spec.EpochsInAll)),
        Trials.Max(trial => trial.Spec.Task == TrialSpec.Evaluate ? 0 : (trial.Spec.Epochs * ProgressNames.MostInLine) + trial.Spec.PretrainingEpochs),
        [.. Trials.Select(trial => trial.Spec.Start).OfType<Sha256Digest>().Distinct()]);
}

/// <summary>One trial of a plan.</summary>
/// <param name="Ordinal">0, 1, ...</param>
/// <param name="Configuration">Which choices of the space it has; those of one configuration differ by fold only.</param>
/// <param name="Choices">What was chosen, by path, the fold included; ordered by path.</param>
/// <param name="Written">The trial spec with the choices in it.</param>
/// <param name="Spec">The same, complete.</param>
public sealed record PlannedTrial(
    int Ordinal, int Configuration, IReadOnlyDictionary<string, JsonElement> Choices, JsonElement Written, TrialSpec Spec, long Seed)
{
    /// <summary>What makes two trials the same training on the same data: the complete spec and the seed.</summary>
    public Sha256Digest Identity { get; } = IdentityOf(Spec, Seed);

    /// <summary>SHA-256 of the canonical JSON of <c>{"seed":SEED,"spec":COMPLETE SPEC}</c>.</summary>
    public static Sha256Digest IdentityOf(TrialSpec spec, long seed) =>
        Sha256Digest.Of(CanonicalJson.Serialize(new TrialIdentity(seed, spec), ContractsJson.Strict.TrialIdentity));
}

/// <summary>What <see cref="PlannedTrial.Identity"/> is the digest of.</summary>
public sealed record TrialIdentity(long Seed, TrialSpec Spec);

public abstract record SearchPlanResult
{
    private SearchPlanResult() { }

    public sealed record Valid(SearchPlan Plan) : SearchPlanResult;

    /// <summary>Paths begin with <c>trial</c> or <c>search</c>.</summary>
    public sealed record Invalid(IReadOnlyList<SpecProblem> Problems) : SearchPlanResult;
}
