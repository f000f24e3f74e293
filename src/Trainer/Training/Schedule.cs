using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Training;

/// <summary>
/// The learning rate at each step: first it rises in equal steps from near zero (Goyal et al., 2017), then it stays, falls along half a
/// cosine to near zero (Loshchilov and Hutter, ICLR 2017), or falls in stairs.
/// </summary>
/// <param name="First">The rate at the first step after the warm-up.</param>
/// <param name="StairSteps">Steps on each stair.</param>
/// <param name="StairFactor">What each stair multiplies the rate by.</param>
internal sealed record Schedule(string Kind, double First, int Steps, int WarmupSteps, int StairSteps, double StairFactor)
{
    internal static Schedule For(TrialSpec spec, int stepsPerEpoch) => new(
        spec.Schedule, spec.LearningRate, stepsPerEpoch * spec.Epochs, stepsPerEpoch * spec.WarmupEpochs,
        (int)Math.Min((long)stepsPerEpoch * spec.StepEpochs, int.MaxValue), spec.StepFactor);

    /// <summary>Half a cosine over all the steps, without warm-up.</summary>
    internal static Schedule Cosine(double first, int steps) => new("cosine", first, steps, 0, 1, 1);

    /// <param name="step">0, 1, ... <see cref="Steps"/> - 1.</param>
    internal double At(int step)
    {
        if (step < WarmupSteps)
        {
            return First * (step + 1) / (WarmupSteps + 1);
        }

        var since = step - WarmupSteps;
        return Kind switch
        {
            "constant" => First,
            "cosine" => First * 0.5 * (1 + Math.Cos(Math.PI * since / (Steps - WarmupSteps))),
            "step" => First * Math.Pow(StairFactor, since / StairSteps),
            _ => throw new InvalidOperationException($"no schedule '{Kind}'"),
        };
    }
}
