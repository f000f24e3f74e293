using Scanlock.Contracts.Access;

namespace Scanlock.Policy.Tests;

/// <summary>The rules said once more, as bluntly as possible, to compare the real decision with.</summary>
internal static class NaiveDecision
{
    private const string Contained = "NRES>NRES NRES>GRU NRES>HMB NRES>DS NRES>POA GRU>GRU GRU>HMB GRU>DS GRU>POA HMB>HMB HMB>DS DS>DS POA>POA";

    public static Outcome On(World world)
    {
        var (policy, request, facts, now) = world;
        var approvals = facts.Approved
            .Where(person => person.Roles.Contains(policy.Approvals.Role))
            .Select(person => person.Issuer + person.Subject)
            .Where(person => person != facts.Requester.Issuer + facts.Requester.Subject)
            .ToHashSet().Count;
        var judged = policy.Purposes.Modifiers.Any(modifier => "PUB COL MOR RTN RS PS GSO NMDS".Split(' ').Contains(modifier.Code));

        if (Broken(policy, request, facts, now).Any(broken => broken))
        {
            return Outcome.Deny;
        }

        return approvals < Math.Max(policy.Approvals.Need, judged ? 1 : 0) ? Outcome.NeedsApproval : Outcome.Allow;
    }

    private static IEnumerable<bool> Broken(PolicyDocument policy, AccessRequest request, AccessFacts facts, DateTimeOffset now)
    {
        yield return request.Dataset != policy.Dataset;
        yield return !Permitted(policy.Purposes, request.Purpose);
        foreach (var modifier in policy.Purposes.Modifiers)
        {
            yield return !Met(modifier.Code, policy.Purposes, request.Purpose, facts);
        }

        yield return request.Purpose.Conditions.Contains("ODD");
        yield return !policy.Who.Any(who => who.Organisations.Contains(facts.Requester.Organisation) && facts.Requester.Roles.Contains(who.Role));
        yield return !policy.Countries.Contains(facts.OrganisationCountry ?? "?") || !policy.Countries.Contains(facts.SiteCountry ?? "?");
        yield return !policy.Sites.Contains(request.Site) || !policy.Trainers.Contains(request.Trainer) || policy.Isolation.Count == 0;
        yield return request.Bounds.Trials is < 1 or > 10 || request.Bounds.Parameters is < 1 or > 1_000;
        yield return request.Bounds.Epochs is < 1 or > 20 || request.Bounds.ProgressValues is < 0 or > 200;
        yield return request.Bounds.InitialWeights.Count == 0 ? !policy.InitialWeights.Contains(null) : !policy.InitialWeights.Contains(request.Bounds.InitialWeights[0]);
        yield return facts.Patients < 20;
        yield return now >= policy.ExpiresAt;
        yield return facts.Refused.Any(person =>
            person.Roles.Contains(policy.Approvals.Role) && (person.Issuer, person.Subject) != (facts.Requester.Issuer, facts.Requester.Subject));
    }

    private static bool Permitted(PurposeRule rule, Purpose purpose) =>
        (purpose.Permission != "DS" || purpose.Disease is not null)
        && rule.Permit.Any(granted => Contained.Split(' ').Contains($"{granted.Code}>{purpose.Permission}")
            && (granted.Code != "DS" || rule.Diseases.Contains(purpose.Disease!)));

    private static bool Met(string modifier, PurposeRule rule, Purpose purpose, AccessFacts facts)
    {
        bool Declared(string code) => purpose.Conditions.Contains(code);
        return modifier switch
        {
            "NPU" => Declared("NPU") || Declared("NPUNCU"),
            "NCU" => Declared("NCU") || Declared("NPUNCU"),
            "NPUNCU" => Declared("NPUNCU") || (Declared("NPU") && Declared("NCU")),
            "IRB" => purpose.Ethics is not null,
            "US" => rule.Users.Contains($"{facts.Requester.Issuer}#{facts.Requester.Subject}"),
            "IS" => rule.Institutions.Contains(facts.Requester.Organisation),
            "GS" => rule.Regions.Contains(facts.OrganisationCountry ?? "?") && rule.Regions.Contains(facts.SiteCountry ?? "?"),
            "NPOA" => purpose.Permission is "HMB" or "DS" || (purpose.Permission != "POA" && Declared("NPOA")),
            _ => true,
        };
    }
}
