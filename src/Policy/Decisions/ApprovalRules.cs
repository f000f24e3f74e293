using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>The rule <c>approvals</c>: enough different people in the named role agree; the requester is never one of them.</summary>
internal static class ApprovalRules
{
    /// <summary>How many must agree: what the policy says, and at least one where a modifier asks for a person's judgement.</summary>
    public static int Need(PolicyDocument policy) =>
        Math.Max(policy.Approvals.Need, policy.Purposes.Modifiers.Any(modifier => modifier.Check == ModifierCheck.Person) ? 1 : 0);

    /// <summary>Different people in the role, the requester left out.</summary>
    public static int Count(IEnumerable<Person> people, string role, Person requester) => people
        .Where(person => person.Roles.Contains(role, StringComparer.Ordinal))
        .Select(Identity)
        .Where(identity => identity != Identity(requester))
        .Distinct()
        .Count();

    /// <summary>The same for the approvals that a permit carries: their roles were checked when it was signed.</summary>
    public static int Count(Permit permit) => permit.Approvals
        .Select(approval => (approval.Issuer, approval.Subject))
        .Where(identity => identity != Identity(permit.Researcher))
        .Distinct()
        .Count();

    public static Finding Enough(PolicyDocument policy, int count)
    {
        var need = Need(policy);
        var role = policy.Approvals.Role;
        if (need == 0)
        {
            return policy.Allow("approvals", "no approval is needed", "approvals.need");
        }

        return count >= need
            ? policy.Allow("approvals", $"approved by {Say.People(count, role)}", "approvals.need")
            : policy.NeedsApproval("approvals", $"{Say.People(need, role)} other than the requester must approve, and {count} did", "approvals.need");
    }

    /// <summary>A refusal by somebody who could have approved; anybody else's says nothing.</summary>
    public static IEnumerable<Finding> Refusals(PolicyDocument policy, string rule, IEnumerable<Person> refused, string role, Person requester)
    {
        var count = Count(refused, role, requester);
        if (count > 0)
        {
            yield return policy.Deny(rule, $"refused by {Say.People(count, role)}");
        }
    }

    private static (string Issuer, string Subject) Identity(Person person) => (person.Issuer, person.Subject);
}
