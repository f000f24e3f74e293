using Scanlock.Contracts.Access;

namespace Scanlock.Contracts.Trials;

/// <summary>Whether a spec stays inside a permit, as far as that shows before any data is seen.</summary>
public static class TrialBounds
{
    public static IReadOnlyList<SpecProblem> Check(TrialSpec spec, SpecBounds bounds, Minima minima)
    {
        var problems = new List<SpecProblem>();
        var parameters = TrialNetworks.Parameters(spec);
        Hold(
            spec.EpochsInAll <= bounds.Epochs,
            spec.Epochs <= bounds.Epochs ? "pretraining.epochs" : "epochs",
            spec.PretrainingEpochs == 0
                ? $"the permit allows at most {bounds.Epochs}"
                : $"with those of pre-training they are {spec.EpochsInAll}, the permit allows at most {bounds.Epochs}");
        Hold(parameters <= bounds.Parameters, "network", $"has {parameters} parameters, the permit allows at most {bounds.Parameters}");
        Hold(spec.Batch >= minima.Batch, "batch", $"the permit asks for at least {minima.Batch}");
        Hold(spec.Start is not { } start || bounds.InitialWeights.Contains(start), "initial_weights", "the permit does not list this digest");
        return problems;

        void Hold(bool condition, string path, string reason)
        {
            if (!condition)
            {
                problems.Add(new SpecProblem(path, reason));
            }
        }
    }
}
