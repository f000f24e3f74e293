using Scanlock.Contracts.Jobs;

namespace Scanlock.Contracts.Trials;

/// <summary>The trainer's exit codes: all that its end says outside the sandbox.</summary>
public static class TrainerExit
{
    public const int Trained = 0;

    private static readonly Dictionary<string, int> s_codes = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        [JobFailures.BadSpec] = 10,
        [JobFailures.BelowMinima] = 11,
        [JobFailures.NoDevice] = 12,
        [JobFailures.BadData] = 20,
        [JobFailures.OneClass] = 21,
        [JobFailures.TooFewPatients] = 22,
        [JobFailures.OutOfMemory] = 30,
        [JobFailures.Diverged] = 31,
        [JobFailures.TrainerCrashed] = 70,
    };

    /// <summary>The exit code for a failure the trainer can name.</summary>
    public static int Code(string failure) => s_codes[failure];

    /// <summary>What an exit code other than <see cref="Trained"/> says; an unknown one, or a signal, is a crash.</summary>
    public static string Failure(int exitCode) =>
        s_codes.FirstOrDefault(c => c.Value == exitCode).Key ?? JobFailures.TrainerCrashed;
}
