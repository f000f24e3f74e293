namespace Scanlock.IntakeWorkers;

/// <summary>How the gateway runs its intake.</summary>
public sealed record IntakeOptions
{
    /// <summary>The worker's assembly.</summary>
    public string Worker { get; init; } = Path.Combine(AppContext.BaseDirectory, "intake", "Scanlock.Intake.dll");

    /// <summary>How many objects are looked at side by side, each by a worker of its own.</summary>
    public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>After how many objects a worker is replaced by a fresh one: what breaks into it has so many others' in reach at most.</summary>
    public int ObjectsPerWorker { get; init; } = 500;
}
