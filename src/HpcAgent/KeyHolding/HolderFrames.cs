using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;

namespace Scanlock.HpcAgent.KeyHolding;

// What run-step and the key holder say to each other over the holder's standard streams, framed like the agent protocol.
// No secret crosses: the private key never leaves the holder, and headers are encrypted for it.

/// <summary>What run-step tells the key holder.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "order")]
[JsonDerivedType(typeof(Prepare), "prepare")]
[JsonDerivedType(typeof(OpenData), "open")]
[JsonDerivedType(typeof(ExtendLease), "extend")]
internal abstract record HolderOrder;

/// <summary>First: everything about the job. Answered by <see cref="Ready"/>.</summary>
/// <param name="Work">An empty folder in memory, for all that is in the clear.</param>
/// <param name="Staged">The ciphertexts, by digest.</param>
/// <param name="Trainer">The trainer as installed; it is copied before it is measured and run.</param>
/// <param name="Weights">The initial weights as installed; copied and checked against the spec's digest. Null where they are drawn afresh.</param>
/// <param name="Sandboxed">Whether the trainer runs in a sandbox of its own.</param>
/// <param name="Parts">What to decrypt, as the signed manifest has it.</param>
/// <param name="Job">The trainer's <c>job.json</c>.</param>
/// <param name="SealingKey">The gateway's key for results, base64.</param>
/// <param name="Devices">Graphics devices to show the trainer.</param>
internal sealed record Prepare(
    string Work,
    string Staged,
    string Trainer,
    IReadOnlyList<string> Command,
    IReadOnlyList<string> Libraries,
    string? Weights,
    bool Sandboxed,
    IReadOnlyList<ManifestPart> Parts,
    string LabelsPart,
    TrainerJob Job,
    string SealingKey,
    long MaxModelBytes,
    int MemoryMiB,
    IReadOnlyList<string> Devices) : HolderOrder;

/// <summary>Second, once: the released headers, and how long the lease still runs. Answered by what becomes of the training.</summary>
internal sealed record OpenData(IReadOnlyList<PartHeader> Headers, long LeaseMilliseconds) : HolderOrder;

/// <summary>Later: how long the renewed lease runs from now.</summary>
internal sealed record ExtendLease(long LeaseMilliseconds) : HolderOrder;

/// <summary>What the key holder tells run-step.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "report")]
[JsonDerivedType(typeof(Ready), "ready")]
[JsonDerivedType(typeof(Opened), "opened")]
[JsonDerivedType(typeof(Said), "said")]
[JsonDerivedType(typeof(Piece), "piece")]
[JsonDerivedType(typeof(Sealed), "sealed")]
[JsonDerivedType(typeof(HolderFailed), "failed")]
internal abstract record HolderReport
{
    /// <summary>Raw bytes that follow the JSON.</summary>
    public int Body { get; init; }
}

/// <param name="PublicKey">X25519, base64; the private half is in the holder's memory only.</param>
internal sealed record Ready(string PublicKey, Sha256Digest Trainer, Sha256Digest Runtime) : HolderReport;

/// <summary>The data are open, the keys wiped, the trainer is about to start.</summary>
internal sealed record Opened : HolderReport;

/// <summary>A progress line of the trainer, declared numbers only.</summary>
internal sealed record Said(ProgressLine Line) : HolderReport;

/// <summary>The next bytes of a sealed part, as the frame's body.</summary>
internal sealed record Piece(string Part) : HolderReport;

/// <summary>Both parts have been handed out whole.</summary>
internal sealed record Sealed(SealedPart Metrics, SealedPart Model) : HolderReport;

/// <param name="Failure">A code of <see cref="JobFailures"/>.</param>
internal sealed record HolderFailed(string Failure) : HolderReport;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    MaxDepth = 32)]
[JsonSerializable(typeof(HolderOrder))]
[JsonSerializable(typeof(HolderReport))]
internal sealed partial class HolderJson : JsonSerializerContext;
