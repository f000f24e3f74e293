using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>
/// The permit as a rule of its own: a policy that has been widened since does not widen it, and one that has been narrowed narrows what
/// it is worth. These findings have no line, since the permit is not in the file.
/// </summary>
internal static class PermitRules
{
    private const string Rule = "permit";

    public static IEnumerable<Finding> Standing(bool revoked, bool withdrawn)
    {
        yield return revoked ? Deny("revoked", "the permit was revoked") : Allow("revoked", "the permit was not revoked");
        yield return withdrawn ? Deny("withdrawn", "the dataset was withdrawn") : Allow("withdrawn", "the dataset was not withdrawn");
    }

    public static IEnumerable<Finding> Covers(KeyFacts facts, DateTimeOffset now)
    {
        var permit = facts.Permit;
        var bounds = permit.Bounds;
        var demand = facts.Demand;
        return
        [
            Check(now < permit.ExpiresAt, "has not expired", "has expired"),
            Check(permit.Sites.Contains(facts.Site, StringComparer.Ordinal), "is for this site", "is for another site"),
            Check(permit.Trainers.Contains(facts.Trainer), "is for the trainer that was measured", "is for another trainer than was measured"),
            Check(permit.Isolation.Contains(facts.Isolation), "accepts this isolation", "does not accept this isolation"),
            Bound("jobs", facts.OtherJobs + 1L, bounds.Trials),
            Bound("epochs", demand.Epochs, bounds.Epochs),
            Bound("parameters", demand.Parameters, bounds.Parameters),
            Bound("progress values", demand.ProgressValues, bounds.ProgressValues),
            Check(Starts(bounds, demand.InitialWeights), "covers the initial weights", "does not cover the initial weights"),
        ];
    }

    /// <summary>What the permit promised of the way out.</summary>
    public static IEnumerable<Finding> CoversRelease(ReleaseFacts facts) =>
    [
        Check(facts.Permit.Sites.Contains(facts.Site, StringComparer.Ordinal), "is for this site", "is for another site"),
        Check(facts.Permit.Trainers.Contains(facts.Trainer), "is for the trainer that was measured", "is for another trainer than was measured"),
    ];

    private static bool Starts(SpecBounds bounds, Sha256Digest? weights) => weights is not { } digest || bounds.InitialWeights.Contains(digest);

    private static Finding Bound(string what, long value, long most) =>
        Check(value <= most, $"covers {value} {what} of at most {most}", $"covers at most {most} {what}, and this makes {value}");

    private static Finding Check(bool holds, string yes, string no) => holds ? Allow(Rule, $"the permit {yes}") : Deny(Rule, $"the permit {no}");

    private static Finding Allow(string rule, string sentence) => new(Outcome.Allow, rule, 0, sentence);

    private static Finding Deny(string rule, string sentence) => new(Outcome.Deny, rule, 0, sentence);
}
