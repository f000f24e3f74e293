using Scanlock.Contracts.Access;

namespace Scanlock.Policy.Tests;

/// <summary>The rule <c>purposes</c>, term by term.</summary>
[Trait("promise", "P1")]
public sealed class DuoTests
{
    /// <summary>GA4GH Data Use Ontology: identifier and shorthand of every term that has one.</summary>
    private const string Terms =
        "DUO:0000021 IRB,DUO:0000006 HMB,DUO:0000019 PUB,DUO:0000026 US,DUO:0000044 NPOA,DUO:0000046 NCU,DUO:0000018 NPUNCU,DUO:0000012 RS," +
        "DUO:0000025 TS,DUO:0000004 NRES,DUO:0000045 NPU,DUO:0000011 POA,DUO:0000024 MOR,DUO:0000016 GSO,DUO:0000029 RTN,DUO:0000043 CC," +
        "DUO:0000015 NMDS,DUO:0000028 IS,DUO:0000022 GS,DUO:0000007 DS,DUO:0000042 GRU,DUO:0000027 PS,DUO:0000020 COL";

    [Fact]
    public void Every_term_of_the_ontology_is_known_and_no_other() =>
        Assert.Equal(Terms.Split(',').Order(), Duo.Permissions.Concat(Duo.Modifiers).Select(term => $"{term.Id} {term.Code}").Order());

    /// <summary>For each permission granted, every permission that may be asked for under it.</summary>
    [Theory]
    [InlineData("NRES", "NRES GRU HMB DS POA")]
    [InlineData("GRU", "GRU HMB DS POA")]
    [InlineData("HMB", "HMB DS")]
    [InlineData("DS", "DS")]
    [InlineData("POA", "POA")]
    public void A_permission_contains_the_narrower_ones_and_no_wider(string granted, string contained)
    {
        var policy = Sample.Policy with { Purposes = new([Duo.Find(granted)!], []) { Diseases = ["MONDO:1"] } };
        foreach (var asked in Duo.Permissions)
        {
            var expected = contained.Split(' ').Contains(asked.Code) ? Outcome.Allow : Outcome.Deny;
            Sample.Expect(expected, Ask(policy, new Purpose(asked.Code, [], "MONDO:1")), expected == Outcome.Deny ? ["purposes"] : []);
        }
    }

    [Fact]
    public void A_disease_must_be_named_and_be_one_of_the_policys()
    {
        var onlyOne = Sample.Policy with { Purposes = new([Duo.Ds], []) { Diseases = ["MONDO:0100096"] } };

        Sample.Expect(Outcome.Allow, Ask(onlyOne, new Purpose("DS", [], "mondo:0100096")));
        Sample.Expect(Outcome.Deny, Ask(onlyOne, new Purpose("DS", [], "MONDO:0005015")), "purposes");
        Sample.Expect(Outcome.Deny, Ask(onlyOne, new Purpose("DS", [], null)), "purposes");
        Sample.Expect(Outcome.Deny, Ask(Sample.Policy, new Purpose("DS", [], " ")), "purposes");
        Sample.Expect(Outcome.Allow, Ask(Sample.Policy, new Purpose("DS", [], "MONDO:0005015")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hmb")]
    [InlineData("NPU")]
    [InlineData("everything")]
    public void What_is_not_a_permission_is_denied(string asked) => Sample.Expect(Outcome.Deny, Ask(Sample.Policy, new Purpose(asked, [], null)), "purposes");

    [Fact]
    public void A_condition_that_does_not_exist_is_denied_and_one_that_nobody_asked_for_does_no_harm()
    {
        Sample.Expect(Outcome.Deny, Ask(Sample.Policy, new Purpose("HMB", ["KIND"], null)), "purposes");
        Sample.Expect(Outcome.Deny, Ask(Sample.Policy, new Purpose("HMB", ["HMB"], null)), "purposes");
        Sample.Expect(Outcome.Allow, Ask(Sample.Policy, new Purpose("HMB", ["NCU"], null)));
    }

    [Theory]
    [InlineData("NPU", "", Outcome.Deny)]
    [InlineData("NPU", "NPU", Outcome.Allow)]
    [InlineData("NPU", "DUO:0000045", Outcome.Allow)]
    [InlineData("NPU", "NPUNCU", Outcome.Allow)]
    [InlineData("NPU", "NCU", Outcome.Deny)]
    [InlineData("NCU", "NPUNCU", Outcome.Allow)]
    [InlineData("NCU", "NPU", Outcome.Deny)]
    [InlineData("NPUNCU", "NPU", Outcome.Deny)]
    [InlineData("NPUNCU", "NPU NCU", Outcome.Allow)]
    [InlineData("NPUNCU", "NPUNCU", Outcome.Allow)]
    [InlineData("TS", "", Outcome.Allow)]
    [InlineData("CC", "", Outcome.Allow)]
    public void A_modifier_is_met_by_declaring_it(string modifier, string declared, Outcome expected)
    {
        var purpose = new Purpose("HMB", declared.Split(' ', StringSplitOptions.RemoveEmptyEntries), null);
        Sample.Expect(expected, Ask(Under(modifier), purpose), expected == Outcome.Deny ? ["purposes"] : []);
    }

    [Fact]
    public void Ethics_approval_must_be_named()
    {
        Sample.Expect(Outcome.Deny, Ask(Under("IRB"), new Purpose("HMB", ["IRB"], null)), "purposes");
        Sample.Expect(Outcome.Deny, Ask(Under("IRB"), new Purpose("HMB", [], null, " ")), "purposes");
        Sample.Expect(Outcome.Allow, Ask(Under("IRB"), new Purpose("HMB", [], null, "CE 7/2026")));
    }

    [Fact]
    public void Users_institutions_and_regions_are_lists()
    {
        var users = Under("US") with { Purposes = new([Duo.Hmb], [Duo.Find("US")!]) { Users = ["https://issuer.test#ada"] } };
        var institutions = Under("IS") with { Purposes = new([Duo.Hmb], [Duo.Find("IS")!]) { Institutions = ["unito"] } };
        var regions = Under("GS") with { Purposes = new([Duo.Hmb], [Duo.Find("GS")!]) { Regions = ["IT"] }, Countries = ["IT", "FR"] };

        Sample.Expect(Outcome.Allow, Sample.Decide(users));
        Sample.Expect(Outcome.Deny, Sample.Decide(users, facts: Sample.Facts with { Requester = Sample.Requester with { Issuer = "https://other.test" } }), "purposes");
        Sample.Expect(Outcome.Allow, Sample.Decide(institutions));
        Sample.Expect(Outcome.Deny, Sample.Decide(institutions with { Purposes = institutions.Purposes with { Institutions = ["unimi"] } }), "purposes");
        Sample.Expect(Outcome.Allow, Sample.Decide(regions));
        Sample.Expect(Outcome.Deny, Sample.Decide(regions, facts: Sample.Facts with { SiteCountry = "FR" }), "purposes");
    }

    [Theory]
    [InlineData("HMB", "", Outcome.Allow)]
    [InlineData("DS", "", Outcome.Allow)]
    [InlineData("POA", "NPOA", Outcome.Deny)]
    [InlineData("GRU", "", Outcome.Deny)]
    [InlineData("GRU", "NPOA", Outcome.Allow)]
    public void Ancestry_is_left_out_by_the_permission_or_by_saying_so(string asked, string declared, Outcome expected)
    {
        var policy = Sample.Policy with { Purposes = new([Duo.Nres], [Duo.Find("NPOA")!]) };
        Sample.Expect(expected, Ask(policy, new Purpose(asked, declared.Split(' ', StringSplitOptions.RemoveEmptyEntries), "MONDO:1")));
    }

    [Theory]
    [InlineData("PUB")]
    [InlineData("COL")]
    [InlineData("MOR")]
    [InlineData("RTN")]
    [InlineData("RS")]
    [InlineData("PS")]
    [InlineData("GSO")]
    [InlineData("NMDS")]
    public void What_no_machine_can_decide_asks_for_a_person_even_where_no_approval_is_needed(string modifier)
    {
        var policy = Under(modifier) with { Approvals = new(0, Roles.Reviewer) };
        var nobodyYet = Sample.Facts with { Approved = [] };

        Sample.Expect(Outcome.NeedsApproval, Sample.Decide(policy, facts: nobodyYet), "purposes", "approvals");
        Sample.Expect(Outcome.Allow, Sample.Decide(policy));
    }

    private static PolicyDocument Under(string modifier) => Sample.Policy with { Purposes = new([Duo.Hmb], [Duo.Find(modifier)!]) };

    private static PolicyDecision Ask(PolicyDocument policy, Purpose purpose) => Sample.Decide(policy, Sample.Request with { Purpose = purpose });
}
