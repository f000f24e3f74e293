using System.Collections.Immutable;
using System.Globalization;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>
/// A request as a case writes it: only what the case is about. What it leaves out is filled with what the policy permits, so that a case
/// fails for its own reason and no other. A key written with <c>null</c> is not left out: it says that there is none.
/// </summary>
public sealed record CaseRequest
{
    /// <summary>The keys that were written.</summary>
    public ImmutableHashSet<string> Given { get; init; } = [];

    public string? User { get; init; }
    public string? Organisation { get; init; }
    public string? Role { get; init; }
    public string? Country { get; init; }
    public string? Site { get; init; }
    public string? SiteCountry { get; init; }
    public Sha256Digest? Trainer { get; init; }
    public DuoTerm? Permission { get; init; }
    public IReadOnlyList<DuoTerm> Conditions { get; init; } = [];
    public string? Disease { get; init; }
    public string? Ethics { get; init; }
    public int Trials { get; init; }
    public long Parameters { get; init; }
    public int Epochs { get; init; }
    public int ProgressValues { get; init; }
    public IReadOnlyList<Sha256Digest?> InitialWeights { get; init; } = [];
    public int Patients { get; init; }
    public int Approvals { get; init; }
    public DateTimeOffset? On { get; init; }

    /// <summary>Decides on the completed request.</summary>
    public PolicyDecision DecideUnder(PolicyDocument policy)
    {
        var facts = new AccessFacts(Requester(policy))
        {
            OrganisationCountry = Or("country", Country, Home(policy)),
            SiteCountry = Or("site_country", SiteCountry, Home(policy)),
            Patients = Or("patients", Patients, policy.Minima.Patients),
            Approved = [.. Enumerable.Range(1, Approvals).Select(number => Approver(policy, number))],
        };
        return Decisions.Decide(policy, Request(policy), facts, On ?? policy.ExpiresAt.AddHours(-12));
    }

    private AccessRequest Request(PolicyDocument policy) => new(
        Wire.Version,
        Id: "case",
        policy.Dataset,
        Version: null,
        Project: "case",
        Purpose(policy),
        Or("site", Site, FirstOf(policy.Sites)) ?? "",
        Or("trainer", Trainer, policy.Trainers is [var trainer, ..] ? trainer : null) ?? Sha256Digest.FromHash(new byte[32]),
        new SpecBounds(
            Or("trials", Trials, policy.Limits.Trials),
            Or("parameters", Parameters, policy.Limits.Parameters),
            Or("epochs", Epochs, policy.Limits.Epochs),
            Or("progress_values", ProgressValues, policy.Limits.ProgressValues),
            [.. Or("initial_weights", InitialWeights, EasiestStart(policy)).OfType<Sha256Digest>()]));

    private Purpose Purpose(PolicyDocument policy)
    {
        var permission = Or("permission", Permission, FirstOf(policy.Purposes.Permit));
        return new Purpose(
            permission?.Code ?? "",
            [.. Or("conditions", Conditions, policy.Purposes.Modifiers).Select(term => term.Code)],
            Or("disease", Disease, permission == Duo.Ds ? FirstOf(policy.Purposes.Diseases) : null),
            Or("ethics", Ethics, "an ethics approval"));
    }

    private Person Requester(PolicyDocument policy)
    {
        var user = Or("user", User, FirstOf(policy.Purposes.Users)) ?? "https://issuer.example#requester";
        var hash = user.IndexOf('#', StringComparison.Ordinal);
        var who = policy.Who.FirstOrDefault(Agrees) ?? FirstOf(policy.Who);
        var organisation = Or("organisation", Organisation, FirstOf(who?.Organisations ?? [], preferred: policy.Purposes.Institutions));
        var role = Or("role", Role, who?.Role);
        return new Person(user[..hash], user[(hash + 1)..], organisation ?? "", role is null ? [] : [role]);
    }

    /// <summary>True for the entries of <c>who</c> that could be meant by what the case does write.</summary>
    private bool Agrees(WhoRule rule) =>
        (Organisation is null || rule.Organisations.Contains(Organisation, StringComparer.Ordinal)) && (Role is null || rule.Role == Role);

    private static string? Home(PolicyDocument policy) => FirstOf(policy.Countries, preferred: policy.Purposes.Regions);

    private static IReadOnlyList<Sha256Digest?> EasiestStart(PolicyDocument policy) =>
        [.. policy.InitialWeights.OrderBy(start => start is null ? 0 : 1).Take(1)];

    private static Person Approver(PolicyDocument policy, int number) => new(
        "https://issuer.example", $"approver-{number.ToString(CultureInfo.InvariantCulture)}", policy.Steward, [policy.Approvals.Role]);

    private static T? FirstOf<T>(IReadOnlyList<T> list) => list is [var first, ..] ? first : default;

    private static string? FirstOf(IReadOnlyList<string> list, IReadOnlyList<string> preferred) =>
        list.FirstOrDefault(value => preferred.Contains(value, StringComparer.Ordinal)) ?? FirstOf(list);

    private T Or<T>(string key, T given, T otherwise) => Given.Contains(key) ? given : otherwise;
}
