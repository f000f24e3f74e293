using Scanlock.Contracts.Access;
using Scanlock.Policy;

namespace Scanlock.Gateway.Datasets;

/// <summary>Whether a text may become a dataset's policy; every fault of it is named with its place.</summary>
internal static class PolicyCheck
{
    public static Outcome<PolicyDocument> Check(string text, string dataset, Person steward)
    {
        var load = PoliciesInForce.Load(text);
        if (load is PolicyLoad.Refused refused)
        {
            return new Refusal.Invalid($"The policy of '{dataset}' cannot be read.", [.. refused.Problems.Select(problem => problem.Format("policy"))]);
        }

        var policy = ((PolicyLoad.Loaded)load).Policy;
        var faults = new List<string>();
        if (policy.Dataset != dataset)
        {
            faults.Add($"policy:{policy.LineOf("dataset")}:1: this is the policy of '{policy.Dataset}', not of '{dataset}'");
        }

        if (policy.Steward != steward.Organisation)
        {
            faults.Add($"policy:{policy.LineOf("steward")}:1: the steward is '{policy.Steward}', and you are of '{steward.Organisation}'");
        }

        faults.AddRange(PolicyTests.Run(policy).Where(result => !result.Passed)
            .Select(result => $"policy:{result.Case.Line}:1: its own case '{result.Case.Name}' fails: {result.Difference}"));
        return faults.Count > 0 ? new Refusal.Invalid($"The policy of '{dataset}' is refused.", faults) : policy;
    }
}
