using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Scheduling;

/// <summary>Failure codes of jobs in words: all that may be known of a failure outside the site (P6).</summary>
internal static class FailureSentences
{
    private static readonly Dictionary<string, string> s_sentences = new(StringComparer.Ordinal)
    {
        [JobFailures.SiteRefused] = "The site refused the job when it was to start.",
        [JobFailures.IsolationUnavailable] = "The node could not isolate the job as the permit asks.",
        [JobFailures.InputDamaged] = "A staged part was not what its manifest says when the job opened it.",
        [JobFailures.TrainerChanged] = "The trainer at the site is not the one the permit names.",
        [JobFailures.BelowMinima] = "The training would use less than the permit's minima: batch, steps or patients.",
        [JobFailures.KeyRefused] = "The gateway refused the keys when the job asked for them.",
        [JobFailures.KeyTimeout] = "No keys came in time: the gateway or the broker did not answer.",
        [JobFailures.LeaseLapsed] = "The lease on the keys was not renewed: the permit was revoked or expired, or the gateway or the broker was silent.",
        [JobFailures.OutOfTime] = "The job ran past its time limit.",
        [JobFailures.OutOfMemory] = "The job needed more memory than it asked for.",
        [JobFailures.BadSpec] = "The trainer did not accept the spec.",
        [JobFailures.NoDevice] = "The node has no device of the kind the spec asks for.",
        [JobFailures.BadData] = "The trainer could not read the data.",
        [JobFailures.OneClass] = "All labelled samples are of one class, so there is nothing to tell apart.",
        [JobFailures.TooFewPatients] = "There are too few patients to train and validate with.",
        [JobFailures.Diverged] = "The training diverged: a loss or weight was not finite.",
        [JobFailures.TrainerCrashed] = "The trainer crashed.",
        [JobFailures.OutputMissing] = "The trainer ended without its metrics or its model.",
        [JobFailures.OutputStray] = "The trainer left a file that is neither metrics nor model.",
        [JobFailures.OutputTooLarge] = "The trainer's metrics or model are larger than the permit allows.",
        [JobFailures.Cancelled] = "The job was cancelled at the site.",
        [JobFailures.Lost] = "The job ended without a trace: its node or its process died.",
    };

    public static string Of(string code) => s_sentences.TryGetValue(code, out var sentence) ? sentence : $"The job failed: {code}.";
}
