using Scanlock.Contracts;

namespace Scanlock.Gateway.Auditing;

/// <summary>Puts on record that the store holds something else than was written there; what needed it has failed.</summary>
internal sealed class Alterations(AuditedActs acts)
{
    /// <param name="part">The part's, sample's or result's name; null where the store did not say which.</param>
    public Task ReportAsync(string? part, Sha256Digest? expected, params (string Kind, string Name)[] at)
    {
        var subjects = at.Append(("part", part ?? "unknown")).ToDictionary(subject => subject.Item1, subject => subject.Item2, StringComparer.Ordinal);
        var entry = new Entry(Acts.PartAltered, Actors.Gateway)
        {
            Subjects = subjects,
            Decision = "deny",
            Digests = expected is { } digest ? new Dictionary<string, Sha256Digest>(StringComparer.Ordinal) { ["expected"] = digest } : [],
            Comment = "What is stored is not what was written; what needed it was broken off.",
        };

        // On record also where the one who asked has gone away.
        return acts.PerformAsync((_, _) => Task.FromResult(Decided.As(default(Done), entry)), CancellationToken.None);
    }
}
