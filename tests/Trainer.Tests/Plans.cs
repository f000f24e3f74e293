using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.Tests;

/// <summary>What the parts of a training are told, for tests that run a part alone.</summary>
internal static class Plans
{
    internal static TrialPlan Of(TrialSpec spec, long seed = 7) => new(spec, seed, 2, TrainerJob.F32, TrainerRun.NoBounds, TrainerRun.NoMinima);

    internal static Compute Cpu() => Assert.IsType<Result<Compute>.Ok>(Compute.For(Of(Training.Specs.Of()))).Value;
}
