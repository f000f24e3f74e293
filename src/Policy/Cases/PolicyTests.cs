namespace Scanlock.Policy;

/// <summary>What became of one case.</summary>
/// <param name="Difference">What should have come and did not, in words; null when the case passed.</param>
public sealed record CaseResult(PolicyCase Case, PolicyDecision Decision, string? Difference)
{
    public bool Passed => Difference is null;
}

/// <summary>Runs the cases that a policy file carries under <c>tests</c>.</summary>
public static class PolicyTests
{
    public static IReadOnlyList<CaseResult> Run(PolicyDocument policy) => [.. policy.Cases.Select(one => Run(policy, one))];

    private static CaseResult Run(PolicyDocument policy, PolicyCase one)
    {
        var decision = one.Request.DecideUnder(policy);
        return new CaseResult(one, decision, Difference(one, decision));
    }

    private static string? Difference(PolicyCase one, PolicyDecision decision)
    {
        var decisive = decision.Decisive.Select(reason => reason.Rule).Distinct(StringComparer.Ordinal).ToList();
        if (decision.Outcome != one.Expect)
        {
            return $"expected {one.Expect.Wire()}, and it is {decision.Outcome.Wire()} because of {string.Join(", ", decisive)}";
        }

        if (one.Because.Count == 0)
        {
            return null;
        }

        var silent = one.Because.Except(decisive, StringComparer.Ordinal).ToList();
        var unexpected = decisive.Except(one.Because, StringComparer.Ordinal).ToList();
        return (silent.Count, unexpected.Count) switch
        {
            (0, 0) => null,
            (0, _) => $"it is {decision.Outcome.Wire()} because of {string.Join(", ", unexpected)} too",
            (_, 0) => $"it is {decision.Outcome.Wire()}, but not because of {string.Join(", ", silent)}",
            _ => $"it is {decision.Outcome.Wire()} because of {string.Join(", ", decisive)}, not because of {string.Join(", ", silent)}",
        };
    }
}
