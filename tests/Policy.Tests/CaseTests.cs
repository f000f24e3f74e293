using System.Text;

namespace Scanlock.Policy.Tests;

/// <summary>The cases that a policy file carries.</summary>
public sealed class CaseTests
{
    [Theory]
    [InlineData("request: {}, expect: needs-approval, because: [approvals]")]
    [InlineData("request: {approvals: 1}, expect: allow")]
    [InlineData("request: {permission: GRU}, expect: deny, because: [purposes]")]
    [InlineData("request: {conditions: []}, expect: deny, because: [purposes]")]
    [InlineData("request: {organisation: acme}, expect: deny, because: [who]")]
    [InlineData("request: {role: null}, expect: deny, because: [who]")]
    [InlineData("request: {country: FR}, expect: deny, because: [countries]")]
    [InlineData("request: {site_country: null}, expect: deny, because: [countries]")]
    [InlineData("request: {site: elsewhere, role: steward}, expect: deny, because: [sites, who]")]
    [InlineData("request: {patients: 3}, expect: deny, because: [minima]")]
    [InlineData("request: {trials: 1001}, expect: deny, because: [limits]")]
    [InlineData("request: {on: 2027-06-30, approvals: 1}, expect: allow")]
    [InlineData("request: {on: 2027-07-01, approvals: 1}, expect: deny, because: [expires]")]
    public void A_case_says_only_what_it_is_about_and_the_rest_is_what_the_policy_permits(string body) => Assert.Null(Run(body).Difference);

    [Theory]
    [InlineData("request: {}, expect: allow", "expected allow, and it is needs-approval because of approvals")]
    [InlineData("request: {site: x}, expect: allow", "expected allow, and it is deny because of sites")]
    [InlineData("request: {site: x}, expect: deny, because: [who]", "it is deny because of sites, not because of who")]
    [InlineData("request: {site: x}, expect: deny, because: [sites, who]", "it is deny, but not because of who")]
    [InlineData("request: {site: x, country: FR}, expect: deny, because: [sites]", "it is deny because of countries too")]
    public void A_case_that_is_not_so_fails_and_says_what_is(string body, string difference) => Assert.Equal(difference, Run(body).Difference);

    [Fact]
    public void Defaults_fit_modifiers_with_lists_of_their_own()
    {
        var policy = Sample.Loaded(Sample.Text
            .Replace("{permit: [HMB], modifiers: [NPU]}", "{permit: [DS], modifiers: [US, IS, GS, IRB, NPOA], diseases: [MONDO:1], users: [\"https://i.test#eve\"], institutions: [unimi], regions: [FR]}", StringComparison.Ordinal)
            .Replace("organisation: [unito]", "organisation: [unito, unimi]", StringComparison.Ordinal)
            .Replace("countries: [IT]", "countries: [IT, FR]", StringComparison.Ordinal)
            + "\ntests: [{name: defaults, request: {approvals: 1}, expect: allow}]");

        Assert.Null(Assert.Single(PolicyTests.Run(policy)).Difference);
    }

    [Fact]
    public void A_case_on_a_policy_that_lists_nothing_is_denied_and_never_fails_to_run()
    {
        var policy = Sample.Policy with { Purposes = new([], []), Who = [], Countries = [], Sites = [], Trainers = [], InitialWeights = [], Isolation = [] };

        Assert.Equal(Outcome.Deny, new CaseRequest().DecideUnder(policy).Outcome);
    }

    [Fact]
    public void A_request_from_a_file_of_its_own_is_read_as_strictly()
    {
        var (request, problems) = PolicyLoader.LoadRequest("""{"site": "elsewhere", "permission": "HMB"}"""u8);
        var (refused, complaints) = PolicyLoader.LoadRequest(Encoding.UTF8.GetBytes("site: a\nsitte: b"));

        Assert.Empty(problems);
        Assert.Equal("elsewhere", request!.Site);
        Assert.Null(refused);
        Assert.Equal("r.yaml:2:1: unknown key 'sitte' in 'request' (did you mean 'site'?)", Assert.Single(complaints).Format("r.yaml"));
    }

    private static CaseResult Run(string body) => Assert.Single(PolicyTests.Run(Sample.Loaded($"{Sample.Text}\ntests: [{{name: a, {body}}}]")));
}
