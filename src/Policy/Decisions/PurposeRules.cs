using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>The rule <c>purposes</c>: a permission that contains the one asked for, and the condition of every modifier met.</summary>
internal static class PurposeRules
{
    private const string Rule = "purposes";

    public static IEnumerable<Finding> All(PolicyDocument policy, Use use)
    {
        foreach (var unknown in use.Purpose.Conditions.Where(name => Duo.Find(name) is not { IsPermission: false }))
        {
            yield return policy.Deny(Rule, $"{Say.Quoted(unknown)} is not a modifier of the Data Use Ontology, so no condition that can be met");
        }

        var asked = Duo.Find(use.Purpose.Permission);
        if (asked is not { IsPermission: true })
        {
            yield return policy.Deny(Rule, $"{Say.Quoted(use.Purpose.Permission)} is not a permission of the Data Use Ontology");
            yield break;
        }

        yield return Permission(policy, asked, use.Purpose);
        var conditions = use.Purpose.Conditions.Select(Duo.Find).OfType<DuoTerm>().ToList();
        foreach (var modifier in policy.Purposes.Modifiers)
        {
            yield return Modifier(policy, modifier, asked, conditions, use);
        }
    }

    private static Finding Permission(PolicyDocument policy, DuoTerm asked, Purpose purpose)
    {
        const string At = "purposes.permit";
        var name = $"{asked} ({asked.Label})";
        var permit = policy.Purposes.Permit;
        if (asked == Duo.Ds && string.IsNullOrWhiteSpace(purpose.Disease))
        {
            return policy.Deny(Rule, $"{name} was asked for without naming the disease", At);
        }

        if (permit.FirstOrDefault(permitted => Grants(policy.Purposes, permitted, asked, purpose)) is { } granting)
        {
            return policy.Allow(Rule, granting == asked ? $"{name} is permitted" : $"{name} is part of {granting}, which is permitted", At);
        }

        return asked == Duo.Ds && permit.Contains(Duo.Ds)
            ? policy.Deny(Rule, $"research on {Say.Quoted(purpose.Disease!)} was asked for; of diseases, {Say.Only(policy.Purposes.Diseases)} permitted", At)
            : policy.Deny(Rule, $"{name} was asked for, and {Say.Only([.. permit.Select(term => term.Code)])} permitted", At);
    }

    private static bool Grants(PurposeRule rule, DuoTerm permitted, DuoTerm asked, Purpose purpose) =>
        Duo.Contains(permitted, asked)
        && (permitted != Duo.Ds || rule.Diseases.Contains(purpose.Disease!, StringComparer.OrdinalIgnoreCase));

    private static Finding Modifier(PolicyDocument policy, DuoTerm modifier, DuoTerm asked, List<DuoTerm> conditions, Use use)
    {
        var (effect, sentence) = Judge(policy, modifier, asked, conditions, use);
        return new Finding(effect, Rule, policy.LineOf($"purposes.modifiers.{modifier}"), $"{modifier} ({modifier.Label}): {sentence}");
    }

    private static (Outcome Effect, string Sentence) Judge(
        PolicyDocument policy, DuoTerm modifier, DuoTerm asked, List<DuoTerm> conditions, Use use)
    {
        var rule = policy.Purposes;
        return modifier.Check switch
        {
            ModifierCheck.Declared => Verdict(
                Duo.Declares(conditions, modifier), "declared in the request", "the request does not declare that it meets this condition"),
            ModifierCheck.EthicsReference => Verdict(
                !string.IsNullOrWhiteSpace(use.Purpose.Ethics), "the request names an ethics approval", "the request names no ethics approval of its own"),
            ModifierCheck.Expiry => (Outcome.Allow, "kept by the policy's own end, 'expires'"),
            ModifierCheck.UserList => Verdict(
                rule.Users.Contains($"{use.Person.Issuer}#{use.Person.Subject}", StringComparer.Ordinal),
                "the requester is on the list of users", "the requester is not on the list of users"),
            ModifierCheck.InstitutionList => Verdict(
                rule.Institutions.Contains(use.Person.Organisation, StringComparer.Ordinal),
                $"{Say.Quoted(use.Person.Organisation)} is on the list of institutions",
                $"{Say.Quoted(use.Person.Organisation)} is not on the list of institutions"),
            ModifierCheck.RegionList => Verdict(
                InRegion(policy, use.OrganisationCountry) && InRegion(policy, use.SiteCountry),
                "organisation and site are in the approved region",
                $"organisation ({Say.Short(use.OrganisationCountry ?? "unknown")}) and site ({Say.Short(use.SiteCountry ?? "unknown")}) must both be in the "
                    + $"approved region, and {Say.Only(rule.Regions)}"),
            ModifierCheck.NoAncestry => Verdict(
                NoAncestry(asked, modifier, conditions),
                "no research into ancestry is asked for",
                $"{asked} can include research into ancestry, and the request does not declare that it leaves that out"),
            ModifierCheck.Nothing => (Outcome.Allow, "asks nothing of a research request"),
            ModifierCheck.Person when use.Approvals >= ApprovalRules.Need(policy) => (Outcome.Allow, "judged by those who approved"),
            ModifierCheck.Person when conditions.Contains(modifier) =>
                (Outcome.NeedsApproval, "the request says that it is met; no machine can decide that, so a person must"),
            ModifierCheck.Person => (Outcome.NeedsApproval, "no machine can decide this, so a person must"),
            _ => throw new InvalidOperationException($"No check is known for {modifier}."),
        };
    }

    private static (Outcome Effect, string Sentence) Verdict(bool met, string yes, string no) => met ? (Outcome.Allow, yes) : (Outcome.Deny, no);

    private static bool InRegion(PolicyDocument policy, string? country) =>
        country is not null && policy.Purposes.Regions.Contains(country, StringComparer.Ordinal);

    /// <summary>Biomedical permissions exclude ancestry by definition; wider ones only where the request says so.</summary>
    private static bool NoAncestry(DuoTerm asked, DuoTerm modifier, List<DuoTerm> conditions) =>
        asked != Duo.Poa && (Duo.Contains(Duo.Hmb, asked) || conditions.Contains(modifier));
}
