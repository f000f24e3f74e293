using Scanlock.Contracts.Jobs;

namespace Scanlock.HpcAgent.Running;

/// <summary>How a job ended.</summary>
internal abstract record JobOutcome
{
    private JobOutcome()
    {
    }

    public sealed record Finished(ResultBundle Bundle) : JobOutcome;

    /// <param name="Code">One of <see cref="JobFailures"/>.</param>
    public sealed record Failed(string Code) : JobOutcome;
}
