using System.Text.Json.Nodes;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Tests.Training;

internal static class Specs
{
    /// <summary>The spec that learns phantoms in seconds, with these fields.</summary>
    internal static TrialSpec Of(params IEnumerable<(string Name, JsonNode? Value)> fields) =>
        Assert.IsType<TrialSpecResult.Valid>(TrialSpecReader.Read(TrainerRun.Job(TrainerRun.Spec(fields)).Spec)).Spec;
}
