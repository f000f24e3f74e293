using Scanlock.Gateway.Jobs;

namespace Scanlock.Gateway.Results;

/// <summary>A job's result behind the gate.</summary>
public sealed class ResultRow
{
    /// <summary>Digest of the job statement.</summary>
    public required string Job { get; init; }
    public required string Dataset { get; init; }

    /// <summary>The result bundle, compact.</summary>
    public required string Bundle { get; init; }

    /// <summary>One of <c>ResultStates</c>.</summary>
    public required string Metrics { get; set; }

    /// <summary>One of <c>ResultStates</c>.</summary>
    public required string Model { get; set; }

    /// <summary>The metrics as the gate wrote them; null where it refused them.</summary>
    public GatedFile? MetricsFile { get; init; }

    /// <summary>The model, likewise.</summary>
    public GatedFile? ModelFile { get; init; }

    /// <summary>What the gate rounded the weights to; null where it refused the model.</summary>
    public string? Precision { get; init; }

    /// <summary>What the gate checked, JSON.</summary>
    public required string Checks { get; init; }

    /// <summary>Reasons of the last decision on it, JSON.</summary>
    public required string Reasons { get; set; }
    public required DateTimeOffset At { get; init; }
}

/// <summary>A file behind the gate: encrypted for the storage key, which the gateway alone has, until it is released and ever after.</summary>
public sealed class GatedFile
{
    /// <summary>Bytes of what would leave.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 of the encrypted file.</summary>
    public required string Ciphertext { get; init; }
    public required long CiphertextBytes { get; init; }
}

/// <summary>One exit from a dataset (P6): what left, for which job, how much.</summary>
public sealed class LedgerRow
{
    public long Id { get; init; }
    public required string Dataset { get; init; }

    /// <summary><see cref="Metrics"/>, <see cref="Model"/> or <see cref="Progress"/>.</summary>
    public required string Exit { get; init; }
    public required string Job { get; init; }
    public required string Request { get; init; }

    /// <summary>Bytes of metrics or model; numbers of progress.</summary>
    public required long Amount { get; init; }
    public required DateTimeOffset At { get; init; }

    public const string Metrics = ResultParts.Metrics;
    public const string Model = ResultParts.Model;
    public const string Progress = "progress";

    internal static LedgerRow Of(JobRow job, string exit, long amount, DateTimeOffset now) =>
        new() { Dataset = job.Dataset, Exit = exit, Job = job.Digest, Request = job.Request, Amount = amount, At = now };
}

/// <summary>The two halves of a result, as routes and blobs name them.</summary>
internal static class ResultParts
{
    public const string Metrics = "metrics";
    public const string Model = "model";

    public static IReadOnlyList<string> All { get; } = [Metrics, Model];
}
