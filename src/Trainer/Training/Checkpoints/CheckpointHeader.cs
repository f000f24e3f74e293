using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Contracts;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Training.Checkpoints;

/// <summary>What a checkpoint says besides its tensors.</summary>
/// <param name="Before">What came before the first epoch.</param>
/// <param name="Epochs">The epochs done, from the first.</param>
internal sealed record CheckpointHeader(int V, CheckpointOrigin Origin, Beforehand Before, IReadOnlyList<EpochMetrics> Epochs) : IVersioned;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 8)]
[JsonSerializable(typeof(CheckpointHeader))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
