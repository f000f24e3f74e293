using System.Text.Json;

namespace Scanlock.Contracts.Jobs;

/// <summary>One trial as it is sent to a site; signed by the broker.</summary>
/// <param name="Id">The trial's id at the broker.</param>
/// <param name="Broker">The signing broker's key id.</param>
/// <param name="Permits">Permit statements, compact. A job reads one gateway's data: exactly one, for now.</param>
/// <param name="Manifests">The manifest statements the permits name, compact, in the same order.</param>
/// <param name="Inputs">Every ciphertext the job opens.</param>
/// <param name="Spec">The trial spec, as <c>Trials.TrialSpec</c> reads it; carried whole so that its digest stays the researcher's.</param>
public sealed record Job(
    int V,
    string Id,
    string Broker,
    string Site,
    IReadOnlyList<string> Permits,
    IReadOnlyList<string> Manifests,
    IReadOnlyList<JobInput> Inputs,
    Sha256Digest Trainer,
    JsonElement Spec,
    long Seed,
    JobResources Resources,
    DateTimeOffset At) : IVersioned;

/// <param name="Part">The manifest part it is.</param>
/// <param name="Digest">SHA-256 of the bytes at the site.</param>
public sealed record JobInput(string Part, Sha256Digest Digest, long Bytes);

/// <param name="Cpus">Processor cores.</param>
/// <param name="MemoryMiB">Memory, job's data in it included, MiB.</param>
/// <param name="Gpus">Graphics processors; 0 for none.</param>
/// <param name="Minutes">Time limit.</param>
public sealed record JobResources(int Cpus, [property: System.Text.Json.Serialization.JsonPropertyName("memory_mib")] int MemoryMiB, int Gpus, int Minutes);
