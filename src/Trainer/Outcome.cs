using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer;

/// <summary>How a training ended.</summary>
internal abstract record Outcome
{
    private Outcome()
    {
    }

    internal sealed record Trained(TrialMetrics Metrics) : Outcome;

    /// <param name="Code">A code of <c>JobFailures</c> that <see cref="TrainerExit"/> has a number for.</param>
    /// <param name="Sentence">For who rehearses a spec on data of their own; it never leaves a site.</param>
    internal sealed record Failed(string Code, string Sentence) : Outcome;
}

/// <summary>A step's value, or why the training ends there.</summary>
internal abstract record Result<T>
{
    private Result()
    {
    }

    internal sealed record Ok(T Value) : Result<T>;

    internal sealed record Refused(string Code, string Sentence) : Result<T>
    {
        internal Outcome.Failed Failed => new(Code, Sentence);

        /// <summary>The same refusal, of a step that was to give something else.</summary>
        internal Result<TOther>.Refused As<TOther>() => new(Code, Sentence);
    }
}
