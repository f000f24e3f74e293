using Scanlock.Contracts.Trials;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>Where a job's things lie in the holder's memory file system.</summary>
internal sealed record WorkFolder(string Root)
{
    /// <summary>The trainer's measured copy.</summary>
    public string Trainer => Path.Combine(Root, "trainer");

    /// <summary>Decrypted shards and labels.</summary>
    public string Data => Path.Combine(Root, "data");

    public string Out => Path.Combine(Root, "out");

    public string Job => Path.Combine(Root, "job.json");

    public string Model => Path.Combine(Out, TrainerJob.ModelFile);

    public string Metrics => Path.Combine(Out, TrainerJob.MetricsFile);

    public void Create()
    {
        foreach (var folder in new[] { Trainer, Data, Out })
        {
            Directory.CreateDirectory(folder);
        }
    }
}
