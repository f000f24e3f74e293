namespace Scanlock.IntakeWorkers;

/// <summary>How the gateway runs its intake.</summary>
public sealed record IntakeOptions
{
    // One for another sender's long objects, and one that no long object has.
    private const int Spare = 2;

    /// <summary>The worker's assembly.</summary>
    public string Worker { get; init; } = Path.Combine(AppContext.BaseDirectory, "intake", "Scanlock.Intake.dll");

    /// <summary>How many objects are looked at side by side, each by a worker of its own.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16) + Spare;

    /// <summary>How many of them one sender, a token or a person, can have; null for all but two, and at least one.</summary>
    public int? WorkersPerSender { get; init; }

    /// <summary>How long an object waits for a worker before its sender is told to come back, in seconds; null for as long as it takes.</summary>
    public int? WaitSeconds { get; init; } = 30;

    /// <summary>After how many objects a worker is replaced by a fresh one: what breaks into it has so many others' in reach at most.</summary>
    public int ObjectsPerWorker { get; init; } = 500;

    internal int Share => WorkersPerSender ?? Math.Max(1, Workers - Spare);

    internal TimeSpan Wait => WaitSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;

    /// <summary>For who sends alone, and waits as long as it takes.</summary>
    /// <param name="workers">How many objects at the same time.</param>
    public static IntakeOptions Alone(int workers) => new() { Workers = workers, WorkersPerSender = workers, WaitSeconds = null };
}
