using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>Who would use what, where, with what and why: what every decision asks, whether before a permit or under one.</summary>
/// <param name="Approvals">People who have agreed, counted by the rules of <see cref="ApprovalRules"/>.</param>
internal sealed record Use(
    IReadOnlyList<string> Datasets,
    Person Person,
    string? OrganisationCountry,
    string Site,
    string? SiteCountry,
    Purpose Purpose,
    Sha256Digest Trainer,
    int Approvals);

/// <summary>The rules about the use itself. Each says something for every use, so that none can be forgotten.</summary>
internal static class UseRules
{
    public static IEnumerable<Finding> All(PolicyDocument policy, Use use, DateTimeOffset now) =>
    [
        Dataset(policy, use),
        .. PurposeRules.All(policy, use),
        Who(policy, use),
        Country(policy, "the requester's organisation", use.OrganisationCountry),
        Country(policy, "the site", use.SiteCountry),
        Site(policy, use),
        Trainer(policy, use),
        Expiry(policy, now),
    ];

    private static Finding Dataset(PolicyDocument policy, Use use) => use.Datasets.Contains(policy.Dataset, StringComparer.Ordinal)
        ? policy.Allow("dataset", $"this is the policy of the dataset '{policy.Dataset}'")
        : policy.Deny("dataset", $"this is the policy of the dataset '{policy.Dataset}', which was not asked for");

    private static Finding Who(PolicyDocument policy, Use use)
    {
        var organisation = Say.Quoted(use.Person.Organisation);
        var match = policy.Who
            .Select((rule, index) => (rule, path: $"who[{index + 1}]"))
            .FirstOrDefault(entry => Matches(entry.rule, use.Person));
        if (match.rule is { } rule)
        {
            return policy.Allow("who", $"a {rule.Role} of {organisation} may ask", match.path);
        }

        return policy.Deny("who", $"{Say.Roles(use.Person.Roles)} of {organisation} is not among those who may ask");
    }

    private static bool Matches(WhoRule rule, Person person) =>
        rule.Organisations.Contains(person.Organisation, StringComparer.Ordinal) && person.Roles.Contains(rule.Role, StringComparer.Ordinal);

    private static Finding Country(PolicyDocument policy, string whose, string? country)
    {
        if (country is null)
        {
            return policy.Deny("countries", $"the country of {whose} is not known to this gateway");
        }

        return policy.Countries.Contains(country, StringComparer.Ordinal)
            ? policy.Allow("countries", $"{whose} is in {country}")
            : policy.Deny("countries", $"{whose} is in {Say.Short(country)}, and {Say.Only(policy.Countries)} allowed");
    }

    private static Finding Site(PolicyDocument policy, Use use) => policy.Sites.Contains(use.Site, StringComparer.Ordinal)
        ? policy.Allow("sites", $"the site {Say.Quoted(use.Site)} is allowed")
        : policy.Deny("sites", $"the site {Say.Quoted(use.Site)} is not allowed, {Say.Only(policy.Sites)}");

    private static Finding Trainer(PolicyDocument policy, Use use) => policy.Trainers.Contains(use.Trainer)
        ? policy.Allow("trainers", $"the trainer {use.Trainer} is allowed")
        : policy.Deny("trainers", $"the trainer {use.Trainer} is not among the {policy.Trainers.Count} allowed");

    private static Finding Expiry(PolicyDocument policy, DateTimeOffset now) => now < policy.ExpiresAt
        ? policy.Allow("expires", $"the policy stands until {Say.Moment(policy.ExpiresAt)}")
        : policy.Deny("expires", $"the policy ended on {Say.Moment(policy.ExpiresAt)}");
}
