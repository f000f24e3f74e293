namespace Scanlock.Contracts.Jobs;

/// <summary>What a job says while it runs: declared numbers, or why it failed; signed by the agent.</summary>
/// <param name="Sequence">1, 2, ... within the job.</param>
/// <param name="Values">Declared numbers by name, such as <c>loss</c>.</param>
/// <param name="Failure">A code of <see cref="JobFailures"/>, in the job's last progress only.</param>
public sealed record Progress(
    int V,
    Sha256Digest Job,
    int Sequence,
    int Epoch,
    int Step,
    IReadOnlyDictionary<string, double> Values,
    string? Failure,
    DateTimeOffset At) : IVersioned;

/// <summary>What a finished job hands out; signed by the agent.</summary>
public sealed record ResultBundle(
    int V,
    Sha256Digest Job,
    Sha256Digest Permit,
    SealedPart Metrics,
    SealedPart Model,
    Sha256Digest Spec,
    Sha256Digest Trainer,
    Sha256Digest Runtime,
    string Node,
    string Isolation,
    DateTimeOffset StartedAt,
    DateTimeOffset FinishedAt) : IVersioned;

/// <summary>A whole Crypt4GH file (header and body) for the gateway's sealing key.</summary>
public sealed record SealedPart(Sha256Digest Ciphertext, long Bytes);

/// <summary>The site's statement of what it deleted (P10); not a proof.</summary>
/// <param name="Deleted">Digests of the staged ciphertexts, and nothing of theirs was kept.</param>
/// <param name="Kept">Digests kept because another job still needs them.</param>
public sealed record PurgeReceipt(
    int V,
    string Site,
    Sha256Digest Job,
    IReadOnlyList<Sha256Digest> Deleted,
    IReadOnlyList<Sha256Digest> Kept,
    DateTimeOffset At) : IVersioned;

/// <summary>The closed list of ways a job fails. Nothing else about a failure leaves a site (P6).</summary>
public static class JobFailures
{
    public const string SiteRefused = "site-refused";
    public const string IsolationUnavailable = "isolation-unavailable";
    public const string InputDamaged = "input-damaged";
    public const string TrainerChanged = "trainer-changed";
    public const string BelowMinima = "below-minima";
    public const string KeyRefused = "key-refused";
    public const string KeyTimeout = "key-timeout";
    public const string LeaseLapsed = "lease-lapsed";
    public const string OutOfTime = "out-of-time";
    public const string OutOfMemory = "out-of-memory";
    public const string BadSpec = "bad-spec";
    public const string NoDevice = "no-device";
    public const string BadData = "bad-data";
    public const string OneClass = "one-class";
    public const string TooFewPatients = "too-few-patients";
    public const string Diverged = "diverged";
    public const string TrainerCrashed = "trainer-crashed";
    public const string OutputMissing = "output-missing";
    public const string OutputStray = "output-stray";
    public const string OutputTooLarge = "output-too-large";
    public const string Cancelled = "cancelled";
    public const string Lost = "lost";

    public static IReadOnlyList<string> All { get; } =
    [
        SiteRefused, IsolationUnavailable, InputDamaged, TrainerChanged, BelowMinima, KeyRefused, KeyTimeout, LeaseLapsed, OutOfTime,
        OutOfMemory, BadSpec, NoDevice, BadData, OneClass, TooFewPatients, Diverged, TrainerCrashed, OutputMissing,
        OutputStray, OutputTooLarge, Cancelled, Lost,
    ];
}
