using System.Text.Json;
using Scanlock.Contracts.Access;

namespace Scanlock.Contracts.Trials;

/// <summary>
/// <c>job.json</c>: what the trainer obeys inside its sandbox. Made by run-step from job and permit; the trainer checks it again.
/// </summary>
/// <param name="Spec">The trial spec as the researcher wrote it; read with <see cref="TrialSpecReader"/>.</param>
/// <param name="Threads">Processor threads to compute with.</param>
/// <param name="Precision"><c>bf16</c> or <c>f32</c>: what the weights are rounded to before they are evaluated and written.</param>
public sealed record TrainerJob(
    int V,
    JsonElement Spec,
    long Seed,
    int Threads,
    string Precision,
    SpecBounds Bounds,
    Minima Minima) : IVersioned
{
    public const string Bf16 = "bf16";
    public const string F32 = "f32";
    public const int MaxThreads = 1024;

    /// <summary>The files a training leaves in its output folder, and no others.</summary>
    public const string ModelFile = "model.safetensors";
    public const string MetricsFile = "metrics.json";

    /// <summary>The label table's name in the data folder; all <c>*.tar</c> beside it are shards.</summary>
    public const string LabelsFile = "labels.jsonl";

    /// <summary>Where in the data folder a training's initial weights lie.</summary>
    public static string WeightsFile(Sha256Digest weights) => $"weights/{weights.Hex}.safetensors";
}
