using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Configuration;
using Scanlock.Gateway.Datasets;
using Scanlock.Policy;

namespace Scanlock.Gateway.Access;

/// <summary>A decision on an access request, with the policy that made it.</summary>
internal sealed record AccessVerdict(PolicyDocument Policy, Outcome Outcome, IReadOnlyList<Reason> Reasons, int ApprovalsNeeded)
{
    /// <summary>How the request stands by it, before any permit.</summary>
    public string State => Outcome switch
    {
        Outcome.Allow => RequestStates.Allowed,
        Outcome.NeedsApproval => RequestStates.Pending,
        Outcome.Deny => RequestStates.Denied,
        _ => throw new InvalidOperationException("No such outcome."),
    };
}

/// <summary>Asks the policy, with what this gateway knows; adds what no policy file can say.</summary>
internal sealed class AccessDecisions(GatewayConfiguration configuration, PoliciesInForce policies, TimeProvider time)
{
    public AccessVerdict Decide(DatasetRow dataset, VersionRow? version, AccessRequest asked, Person requester, IReadOnlyList<ApprovalRow> approvals)
    {
        var policy = policies.Of(dataset);
        var facts = new AccessFacts(requester)
        {
            OrganisationCountry = CountryOf(requester.Organisation),
            SiteCountry = CountryOfSite(asked.Site),
            Patients = version?.Patients,
            Approved = Deciders(approvals, Decision.Approve),
            Refused = Deciders(approvals, Decision.Deny),
        };
        var decision = Decisions.Decide(policy, asked, facts, time.GetUtcNow());
        var own = Own(dataset, version).ToList();
        var outcome = own.Count > 0 ? Outcome.Deny : decision.Outcome;
        return new(
            policy,
            outcome,
            [.. own, .. decision.Reasons],
            Math.Max(policy.Approvals.Need, outcome == Outcome.NeedsApproval ? 1 : 0));
    }

    public string? CountryOf(string organisation) => configuration.CountryOfOrganisation.GetValueOrDefault(organisation);

    public string? CountryOfSite(string site) => configuration.Agents.FirstOrDefault(agent => agent.Site == site)?.Country;

    public static IReadOnlyList<Person> Deciders(IEnumerable<ApprovalRow> approvals, string decision) =>
        [.. approvals.Where(approval => approval.Decision == decision).Select(approval => approval.Person())];

    public static IReadOnlyDictionary<string, string> SubjectsOf(RequestRow request, AccessRequest asked) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["dataset"] = request.Dataset, ["version"] = $"{request.Version}", ["request"] = request.Id, ["site"] = asked.Site, ["project"] = asked.Project,
    };

    public static IReadOnlyDictionary<string, Sha256Digest> DigestsOf(AccessRequest asked, VersionRow? version, Sha256Digest? permit)
    {
        var digests = new Dictionary<string, Sha256Digest>(StringComparer.Ordinal) { ["trainer"] = asked.Trainer };
        if (version is not null)
        {
            digests["manifest"] = Sha256Digest.Parse(version.ManifestDigest);
        }

        if (permit is { } digest)
        {
            digests["permit"] = digest;
        }

        return digests;
    }

    private static IEnumerable<Reason> Own(DatasetRow dataset, VersionRow? version)
    {
        if (dataset.State == DatasetStates.Withdrawn)
        {
            yield return new("withdrawn", 0, "deny", "the dataset was withdrawn");
        }

        if (version is null)
        {
            yield return new("version", 0, "deny", "no version of the dataset is sealed yet");
        }
    }
}
