using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Trials;

/// <summary>The JSON forms of trials, as strict as <see cref="ContractsJson"/>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(TrialSpec))]
[JsonSerializable(typeof(TrainerJob))]
[JsonSerializable(typeof(ProgressLine))]
[JsonSerializable(typeof(TrialMetrics))]
public sealed partial class TrialsJson : JsonSerializerContext
{
    public static TrialsJson Strict => Default;
}
