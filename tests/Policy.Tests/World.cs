using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Policy.Tests;

/// <summary>A policy and a request drawn from a small universe, so that every rule decides now and then.</summary>
internal sealed record World(PolicyDocument Policy, AccessRequest Request, AccessFacts Facts, DateTimeOffset Now)
{
    private static readonly string[] Organisations = ["unito", "unimi", "acme"];
    private static readonly string[] Countries = ["IT", "FR", "US"];
    private static readonly string[] Sites = ["here", "there"];
    private static readonly string[] Diseases = ["MONDO:1", "MONDO:2"];
    private static readonly Sha256Digest[] Trainers = [Sample.Trainer, Sample.OtherTrainer];
    private static readonly Person[] People = [Sample.Requester with { Roles = [Roles.Researcher, Roles.Reviewer] }, Sample.Reviewer, Sample.OtherReviewer, Sample.Reviewer with { Subject = "sam", Roles = [Roles.Steward] }];

    public PolicyDecision Decide() => Decisions.Decide(Policy, Request, Facts, Now);

    public static World From(int seed)
    {
        var dice = new Random(seed);
        return new World(DrawPolicy(dice), DrawRequest(dice), DrawFacts(dice), Sample.Now.AddDays(dice.Next(20) == 0 ? 400 : 0));
    }

    private static PolicyDocument DrawPolicy(Random dice) => Sample.Policy with
    {
        Dataset = Mostly(dice, "covid-ct", "other"),
        Purposes = new(Some(dice, Duo.Permissions, 60), Some(dice, Duo.Modifiers, 6))
        {
            Diseases = Some(dice, Diseases, 80),
            Users = Some(dice, ["https://issuer.test#ada"], 80),
            Institutions = Some(dice, Organisations, 80),
            Regions = Some(dice, Countries, 80),
        },
        Who = [.. Some(dice, [Roles.Researcher, Roles.Steward], 90).Select(role => new WhoRule(Some(dice, Organisations, 90), role))],
        Countries = Some(dice, Countries, 90),
        Sites = Some(dice, Sites, 90),
        Trainers = Some(dice, Trainers, 90),
        Approvals = new(dice.Next(3), Mostly(dice, Roles.Reviewer, Roles.Steward)),
        InitialWeights = Some<Sha256Digest?>(dice, [null, Sample.Weights], 90),
        Isolation = Some(dice, ["bubblewrap", "apptainer"], 90),
    };

    private static AccessRequest DrawRequest(Random dice) => Sample.Request with
    {
        Purpose = new(
            dice.Next(40) == 0 ? "ALL" : Duo.Permissions[dice.Next(5)].Code,
            [.. Some(dice, Duo.Modifiers, 70).Select(term => term.Code), .. Some(dice, ["ODD"], 2)],
            dice.Next(10) == 0 ? null : Diseases[dice.Next(2)],
            dice.Next(3) == 0 ? null : "CE 1"),
        Site = Sites[dice.Next(2)],
        Trainer = Trainers[dice.Next(2)],
        Bounds = new(
            Mostly(dice, 10, 11), Mostly(dice, 1_000, 1_001), Mostly(dice, 20, 0), Mostly(dice, 200, -1), dice.Next(4) == 0 ? [Sample.Weights] : []),
    };

    private static AccessFacts DrawFacts(Random dice) => new(People[0] with { Organisation = Organisations[dice.Next(2)] })
    {
        OrganisationCountry = dice.Next(20) == 0 ? null : Countries[dice.Next(2)],
        SiteCountry = dice.Next(20) == 0 ? null : Countries[dice.Next(2)],
        Patients = dice.Next(4) == 0 ? null : Mostly(dice, 20, 19),
        Approved = Some(dice, People, 60),
        Refused = Some(dice, People, 3),
    };

    private static T Mostly<T>(Random dice, T usual, T rare) => dice.Next(30) == 0 ? rare : usual;

    private static T[] Some<T>(Random dice, IReadOnlyList<T> from, int percent) => [.. from.Where(_ => dice.Next(100) < percent)];
}
