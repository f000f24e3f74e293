using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Training;

/// <summary>The learning rate at each step.</summary>
internal sealed record Schedule(string Kind, double First, int Steps)
{
    internal static Schedule For(TrialSpec spec, int steps) => new(spec.Schedule, spec.LearningRate, steps);

    /// <param name="step">0, 1, ... <see cref="Steps"/> - 1.</param>
    internal double At(int step) => Kind switch
    {
        "constant" => First,
        "cosine" => First * 0.5 * (1 + Math.Cos(Math.PI * step / Steps)),
        _ => throw new InvalidOperationException($"no schedule '{Kind}'"),
    };
}
