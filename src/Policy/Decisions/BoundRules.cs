using Scanlock.Contracts;

namespace Scanlock.Policy;

/// <summary>The rules about numbers and starting points: <c>limits</c>, <c>minima</c>, <c>initial_weights</c>, <c>isolation</c>.</summary>
internal static class BoundRules
{
    /// <summary>What a request or a job would use, against the policy's limits.</summary>
    public static IEnumerable<Finding> Limits(PolicyDocument policy, long trials, long parameters, long epochs, long progressValues) =>
    [
        AtMost(policy, "limits.trials", "trials", trials, policy.Limits.Trials),
        AtMost(policy, "limits.parameters", "parameters", parameters, policy.Limits.Parameters),
        AtMost(policy, "limits.epochs", "epochs", epochs, policy.Limits.Epochs),
        AtMost(policy, "limits.progress_values", "progress values", progressValues, policy.Limits.ProgressValues, least: 0),
    ];

    private static Finding AtMost(PolicyDocument policy, string path, string what, long asked, long most, long least = 1)
    {
        if (asked < least)
        {
            return policy.Deny(RuleOf(path), $"{asked} {what} is less than {least}", path);
        }

        return asked <= most
            ? policy.Allow(RuleOf(path), $"{asked} {what} of at most {most}", path)
            : policy.Deny(RuleOf(path), $"{asked} {what}, and at most {most} are allowed", path);
    }

    public static Finding AtLeast(PolicyDocument policy, string path, string what, long has, long least) => has >= least
        ? policy.Allow(RuleOf(path), $"{what} {has}, at least {least}", path)
        : policy.Deny(RuleOf(path), $"{what} {has}, and at least {least} must be", path);

    /// <summary>Never says how many there are: reasons reach whoever asks, and a small count is about people.</summary>
    public static Finding EnoughPatients(PolicyDocument policy, int patients, int least) => patients >= least
        ? policy.Allow("minima", $"enough patients, at least {least}", "minima.patients")
        : policy.Deny("minima", $"too few patients: at least {least} must be", "minima.patients");

    /// <summary>Every starting point must be listed; none at all is a start from random weights.</summary>
    public static IEnumerable<Finding> InitialWeights(PolicyDocument policy, IReadOnlyList<Sha256Digest> asked)
    {
        IEnumerable<Sha256Digest?> starts = asked.Count == 0 ? [null] : asked.Distinct().Select(digest => (Sha256Digest?)digest);
        foreach (var start in starts)
        {
            var name = start is null ? "a start from random weights" : $"a start from the weights {start}";
            yield return policy.InitialWeights.Contains(start)
                ? policy.Allow("initial_weights", $"{name} is allowed")
                : policy.Deny("initial_weights", $"{name} is not allowed");
        }
    }

    /// <summary>Before a job runs nobody knows its isolation; that some way is accepted can be said already.</summary>
    public static Finding SomeIsolation(PolicyDocument policy) => policy.Isolation.Count > 0
        ? policy.Allow("isolation", $"jobs may run under {string.Join(" or ", policy.Isolation)}")
        : policy.Deny("isolation", "no way of isolation is accepted, so no job could run");

    public static Finding Isolation(PolicyDocument policy, string inForce) => policy.Isolation.Contains(inForce, StringComparer.Ordinal)
        ? policy.Allow("isolation", $"the job runs under {Say.Quoted(inForce)}")
        : policy.Deny("isolation", $"the job runs under {Say.Quoted(inForce)}, and {Say.Only(policy.Isolation)} accepted");

    private static string RuleOf(string path) => path[..path.IndexOf('.', StringComparison.Ordinal)];
}
