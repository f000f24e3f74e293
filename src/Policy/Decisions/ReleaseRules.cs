using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>The rule <c>egress</c>: how large, how precise, and how many reviewers must agree.</summary>
internal static class ReleaseRules
{
    private const string Rule = "egress";

    public static IEnumerable<Finding> All(PolicyDocument policy, ReleaseFacts facts) => facts.Kind switch
    {
        ReleaseKind.Metrics =>
            Reviews(policy, facts, Math.Max(MetricsReviews(policy.Egress), MetricsReviews(facts.Permit.Egress)), "egress.metrics"),
        ReleaseKind.Model =>
        [
            Size(policy, facts),
            Precision(policy, facts),
            .. Reviews(policy, facts, Math.Max(policy.Egress.ModelReviews, facts.Permit.Egress.ModelReviews), "egress.models.review"),
        ],
        _ => throw new ArgumentOutOfRangeException(nameof(facts)),
    };

    /// <summary>True when weights rounded to <paramref name="given"/> say no more than <paramref name="allowed"/> lets them.</summary>
    internal static bool NoFiner(string? given, string allowed) => (given, allowed) switch
    {
        ("bf16", "bf16" or "f32") or ("f32", "f32") => true,
        _ => false,
    };

    private static Finding Size(PolicyDocument policy, ReleaseFacts facts)
    {
        var most = Math.Min(policy.Egress.MaxBytes, facts.Permit.Egress.MaxBytes);
        return facts.Bytes <= most
            ? policy.Allow(Rule, $"{facts.Bytes} bytes of at most {most}", "egress.max_bytes")
            : policy.Deny(Rule, $"{facts.Bytes} bytes, and at most {most} may leave", "egress.max_bytes");
    }

    private static Finding Precision(PolicyDocument policy, ReleaseFacts facts)
    {
        var given = Say.Short(facts.Precision ?? "unstated");
        return NoFiner(facts.Precision, policy.Egress.Precision) && NoFiner(facts.Precision, facts.Permit.Egress.Precision)
            ? policy.Allow(Rule, $"weights are rounded to {given}", "egress.precision")
            : policy.Deny(Rule, $"weights are in {given} precision, and must be rounded to {policy.Egress.Precision}", "egress.precision");
    }

    private static IEnumerable<Finding> Reviews(PolicyDocument policy, ReleaseFacts facts, int need, string at)
    {
        var requester = facts.Permit.Researcher;
        var agreed = ApprovalRules.Count(facts.Agreed, Roles.Reviewer, requester);
        foreach (var refusal in ApprovalRules.Refusals(policy, Rule, facts.Refused, Roles.Reviewer, requester))
        {
            yield return refusal;
        }

        if (need == 0)
        {
            yield return policy.Allow(Rule, "no review is needed", at);
        }
        else if (agreed >= need)
        {
            yield return policy.Allow(Rule, $"agreed to by {Say.People(agreed, Roles.Reviewer)}", at);
        }
        else
        {
            yield return policy.NeedsApproval(Rule, $"{Say.People(need, Roles.Reviewer)} other than the requester must agree, and {agreed} did", at);
        }
    }

    private static int MetricsReviews(EgressRules rules) => rules.Metrics == "auto" ? 0 : 1;
}
