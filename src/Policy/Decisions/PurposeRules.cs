using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>The rule <c>purposes</c>: a permission that contains the one asked for, and the condition of every modifier met.</summary>
internal static class PurposeRules
{
    private const string Rule = "purposes";

    public static IEnumerable<Finding> All(PolicyDocument policy, Use use)
    {
        foreach (var unknown in use.Purpose.Conditions.Where(name => Duo.Find(name) is not { IsPermission: false }))
            yield return policy.Deny(Rule, $"{Say.Quoted(unknown)} is not a modifier of the Data Use Ontology, so no condition that could be met");

        var asked = Duo.Find(use.Purpose.Permission);
        if (asked is not { IsPermission: true })
        {
            yield return policy.Deny(Rule, $"{Say.Quoted(use.Purpose.Permission)} is not a permission of the Data Use Ontology");
            yield break;
        }

        yield return Permission(policy, asked, use.Purpose);
        var conditions = use.Purpose.Conditions.Select(Duo.Find).OfType<DuoTerm>().ToList();
        foreach (var modifier in policy.Purposes.Modifiers)
            yield return Modifier(policy, modifier, asked, conditions, use);
    }

    private static Finding Permission(PolicyDocument policy, DuoTerm asked, Purpose purpose)
    {
        var at = "purposes.permit";
        if (asked == Duo.Ds && string.IsNullOrWhiteSpace(purpose.Disease))
            return policy.Deny(Rule, "DS (disease specific research) was asked for without naming the disease", at);

        var granting = policy.Purposes.Permit.FirstOrDefault(permitted => Grants(policy.Purposes, permitted, asked, purpose));
        if (granting is not null)
            return policy.Allow(Rule, granting == asked ? $"{asked} ({asked.Label}) is permitted" : $"{asked} ({asked.Label}) is part of {granting}, which is permitted", at);

        return policy.Purposes.Permit.Contains(Duo.Ds) && asked == Duo.Ds
            ? policy.Deny(Rule, $"research on {Say.Quoted(purpose.Disease!)} was asked for; of diseases, {Say.Only(policy.Purposes.Diseases)} permitted", at)
            : policy.Deny(Rule, $"{asked} ({asked.Label}) was asked for, and {Say.Only([.. policy.Purposes.Permit.Select(term => term.Code)])} permitted", at);
    }

    private static bool Grants(PurposeRule rule, DuoTerm permitted, DuoTerm asked, Purpose purpose) =>
        Duo.Contains(permitted, asked)
        && (permitted != Duo.Ds || rule.Diseases.Contains(purpose.Disease!, StringComparer.OrdinalIgnoreCase));

    private static Finding Modifier(PolicyDocument policy, DuoTerm modifier, DuoTerm asked, List<DuoTerm> conditions, Use use)
    {
        var name = $"{modifier} ({modifier.Label})";
        Finding Met(string how) => policy.Allow(Rule, $"{name}: {how}", At(modifier));
        Finding Unmet(string why) => policy.Deny(Rule, $"{name}: {why}", At(modifier));

        switch (modifier.Check)
        {
            case ModifierCheck.Declared:
                return Duo.Declares(conditions, modifier) ? Met("declared in the request") : Unmet("the request does not declare that it meets this condition");
            case ModifierCheck.EthicsReference:
                return string.IsNullOrWhiteSpace(use.Purpose.Ethics) ? Unmet("the request names no ethics approval of its own") : Met($"the request names {Say.Quoted(use.Purpose.Ethics)}");
            case ModifierCheck.Expiry:
                return Met("kept by the policy's own end, 'expires'");
            case ModifierCheck.UserList:
                return policy.Purposes.Users.Contains($"{use.Person.Issuer}#{use.Person.Subject}", StringComparer.Ordinal)
                    ? Met("the requester is on the list of users")
                    : Unmet("the requester is not on the list of users");
            case ModifierCheck.InstitutionList:
                return policy.Purposes.Institutions.Contains(use.Person.Organisation, StringComparer.Ordinal)
                    ? Met($"{Say.Quoted(use.Person.Organisation)} is on the list of institutions")
                    : Unmet($"{Say.Quoted(use.Person.Organisation)} is not on the list of institutions");
            case ModifierCheck.RegionList:
                return InRegion(policy, use.OrganisationCountry) && InRegion(policy, use.SiteCountry)
                    ? Met("organisation and site are in the approved region")
                    : Unmet($"organisation ({use.OrganisationCountry ?? "unknown"}) and site ({use.SiteCountry ?? "unknown"}) must both be in {string.Join(", ", policy.Purposes.Regions)}");
            case ModifierCheck.NoAncestry:
                return NoAncestry(asked, modifier, conditions) ? Met("no research into ancestry is asked for") : Unmet($"{asked} can include research into ancestry, and the request does not declare that it leaves that out");
            case ModifierCheck.Nothing:
                return Met("asks nothing of a research request");
            case ModifierCheck.Person:
                return use.Approvals >= ApprovalRules.Need(policy)
                    ? Met("judged by those who approved")
                    : policy.NeedsApproval(Rule, $"{name}: no machine can decide this, so a person must{(conditions.Contains(modifier) ? "; the request says that it is met" : "")}", At(modifier));
            default:
                throw new InvalidOperationException($"No check is known for {modifier}.");
        }
    }

    private static bool InRegion(PolicyDocument policy, string? country) =>
        country is not null && policy.Purposes.Regions.Contains(country, StringComparer.Ordinal);

    /// <summary>Biomedical permissions exclude ancestry by definition; wider ones only where the request says so.</summary>
    private static bool NoAncestry(DuoTerm asked, DuoTerm modifier, List<DuoTerm> conditions) =>
        asked != Duo.Poa && (Duo.Contains(Duo.Hmb, asked) || conditions.Contains(modifier));

    private static string At(DuoTerm modifier) => $"purposes.modifiers.{modifier}";
}
