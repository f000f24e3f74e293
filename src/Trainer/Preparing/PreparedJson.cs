using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scanlock.Trainer.Preparing;

/// <summary>The JSON forms of what a preparation is made from and of its index.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PreparationInput))]
[JsonSerializable(typeof(PreparedIndex))]
internal sealed partial class PreparedJson : JsonSerializerContext;
