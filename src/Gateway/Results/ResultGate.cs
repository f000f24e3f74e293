using Scanlock.Contracts.Access;
using Scanlock.Contracts.Jobs;
using Scanlock.Gateway.Keys;

namespace Scanlock.Gateway.Results;

/// <summary>What came through the gate of a result: each half as the gate wrote it, or null with the reasons against it.</summary>
internal sealed record GatedResult(GatedFile? Metrics, GatedFile? Model, string? Precision, IReadOnlyList<string> Checks, IReadOnlyList<Reason> Faults);

/// <summary>The gate of results. Until it knows how to check what a job hands out, it opens both halves and lets nothing pass.</summary>
internal sealed class ResultGate(GatedFiles files)
{
    private const int MetricsBytes = 4 << 20;

    public async Task<Outcome<GatedResult>> PassAsync(VerifiedJob job, ResultBundle bundle, CancellationToken cancellationToken)
    {
        var reasons = new List<Reason>();
        foreach (var (part, expected) in new[] { (ResultParts.Metrics, bundle.Metrics), (ResultParts.Model, bundle.Model) })
        {
            var limit = part == ResultParts.Metrics ? MetricsBytes : (int)Math.Min(Array.MaxLength, 2 * job.Permit.Value.Egress.MaxBytes);
            if (await files.OpenReceivedAsync(job.Job.Digest, part, expected, limit, cancellationToken) is not { } opened)
            {
                return new Refusal.Conflict($"The sealed {part} of this job did not come; put it first, then the bundle.");
            }

            reasons.Add(Deny(opened.IsRefused ? $"the sealed {part}: {opened.Refusal.Message}" : $"the {part} cannot be checked yet, so it stays"));
        }

        return new GatedResult(null, null, null, [], reasons);
    }

    private static Reason Deny(string sentence) => new("gate", 0, "deny", sentence);
}
