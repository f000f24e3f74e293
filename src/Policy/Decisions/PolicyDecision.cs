using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>What comes of a decision, strictest first, so that what was never set is a deny.</summary>
public enum Outcome
{
    Deny,
    NeedsApproval,
    Allow,
}

public static class Outcomes
{
    /// <summary>The outcome as reasons, logs and policy files write it.</summary>
    public static string Wire(this Outcome outcome) => outcome switch
    {
        Outcome.Allow => "allow",
        Outcome.NeedsApproval => "needs-approval",
        Outcome.Deny => "deny",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome)),
    };
}

/// <summary>An outcome and every reason for it, the allowing ones too, in the order of the rules.</summary>
public sealed record PolicyDecision
{
    private PolicyDecision(Outcome outcome, IReadOnlyList<Reason> reasons)
    {
        Outcome = outcome;
        Reasons = reasons;
    }

    public Outcome Outcome { get; }

    public IReadOnlyList<Reason> Reasons { get; }

    /// <summary>The reasons that brought the outcome about.</summary>
    public IEnumerable<Reason> Decisive => Reasons.Where(reason => reason.Effect == Outcome.Wire());

    /// <summary>Deny beats needs-approval beats allow; where no rule speaks, there is no access (P1).</summary>
    internal static PolicyDecision Of(IEnumerable<Finding> findings)
    {
        var all = findings.ToList();
        if (all.Count == 0)
        {
            all.Add(new Finding(Outcome.Deny, "policy", 0, "no rule allows this"));
        }

        return new PolicyDecision(
            all.Min(finding => finding.Effect),
            [.. all.Select(finding => new Reason(finding.Rule, finding.Line, finding.Effect.Wire(), finding.Sentence))]);
    }
}

/// <summary>What one rule says.</summary>
internal sealed record Finding(Outcome Effect, string Rule, int Line, string Sentence);
