using Scanlock.Contracts.Access;

namespace Scanlock.Policy.Tests;

/// <summary>Deciding on a request for access, rule by rule. The sample is allowed, so each change shows one rule.</summary>
[Trait("promise", "P1")]
public sealed class AccessDecisionTests
{
    [Fact]
    public void What_every_rule_allows_is_allowed_and_every_rule_says_so()
    {
        var decision = Sample.Decide();

        Sample.Expect(Outcome.Allow, decision);
        Assert.All(decision.Reasons, reason => Assert.Equal("allow", reason.Effect));
        Assert.Equal(PolicyShape.Rules.Except(["egress"]).Order(), decision.Reasons.Select(reason => reason.Rule).Distinct().Order());
    }

    [Fact]
    public void A_policy_that_lists_nothing_denies_everything()
    {
        var nothing = Sample.Policy with
        {
            Purposes = new([], []),
            Who = [],
            Countries = [],
            Sites = [],
            Trainers = [],
            InitialWeights = [],
            Isolation = [],
        };

        Sample.Expect(Outcome.Deny, Sample.Decide(nothing), "purposes", "who", "countries", "sites", "trainers", "initial_weights", "isolation");
    }

    [Fact]
    public void Where_no_rule_speaks_there_is_no_access() => Assert.Equal(Outcome.Deny, PolicyDecision.Of([]).Outcome);

    public static TheoryData<string, Func<AccessRequest, AccessRequest>, string> Denied => new()
    {
        { "another dataset", request => request with { Dataset = "other" }, "dataset" },
        { "another site", request => request with { Site = "elsewhere" }, "sites" },
        { "a site in other case", request => request with { Site = "Demo-Cluster" }, "sites" },
        { "another trainer", request => request with { Trainer = Sample.OtherTrainer }, "trainers" },
        { "too many trials", request => request with { Bounds = request.Bounds with { Trials = 11 } }, "limits" },
        { "no trials", request => request with { Bounds = request.Bounds with { Trials = 0 } }, "limits" },
        { "too many parameters", request => request with { Bounds = request.Bounds with { Parameters = 1_001 } }, "limits" },
        { "less than no parameters", request => request with { Bounds = request.Bounds with { Parameters = -1 } }, "limits" },
        { "too many epochs", request => request with { Bounds = request.Bounds with { Epochs = 21 } }, "limits" },
        { "too much progress", request => request with { Bounds = request.Bounds with { ProgressValues = 201 } }, "limits" },
        { "weights nobody listed", request => request with { Bounds = request.Bounds with { InitialWeights = [Sample.Weights] } }, "initial_weights" },
        { "a wider purpose", request => request with { Purpose = request.Purpose with { Permission = "GRU" } }, "purposes" },
    };

    [Theory]
    [MemberData(nameof(Denied))]
    public void A_request_outside_a_rule_is_denied_by_that_rule(string what, Func<AccessRequest, AccessRequest> change, string rule)
    {
        Assert.NotEmpty(what);
        Sample.Expect(Outcome.Deny, Sample.Decide(request: change(Sample.Request)), rule);
    }

    public static TheoryData<string, Func<AccessFacts, AccessFacts>, string> DeniedByFacts => new()
    {
        { "another organisation", facts => facts with { Requester = facts.Requester with { Organisation = "unimi" } }, "who" },
        { "another role", facts => facts with { Requester = facts.Requester with { Roles = [Roles.Steward] } }, "who" },
        { "no role", facts => facts with { Requester = facts.Requester with { Roles = [] } }, "who" },
        { "an organisation abroad", facts => facts with { OrganisationCountry = "US" }, "countries" },
        { "a site abroad", facts => facts with { SiteCountry = "US" }, "countries" },
        { "an organisation nobody knows where", facts => facts with { OrganisationCountry = null }, "countries" },
        { "a site nobody knows where", facts => facts with { SiteCountry = null }, "countries" },
        { "too few patients", facts => facts with { Patients = 19 }, "minima" },
        { "a reviewer refused", facts => facts with { Refused = [Sample.OtherReviewer] }, "approvals" },
    };

    [Theory]
    [MemberData(nameof(DeniedByFacts))]
    public void Facts_outside_a_rule_are_denied_by_that_rule(string what, Func<AccessFacts, AccessFacts> change, string rule)
    {
        Assert.NotEmpty(what);
        Sample.Expect(Outcome.Deny, Sample.Decide(facts: change(Sample.Facts)), rule);
    }

    [Fact]
    public void The_policy_stands_to_its_last_moment_and_not_beyond()
    {
        Sample.Expect(Outcome.Allow, Decisions.Decide(Sample.Policy, Sample.Request, Sample.Facts, Sample.Policy.ExpiresAt.AddTicks(-1)));
        Sample.Expect(Outcome.Deny, Decisions.Decide(Sample.Policy, Sample.Request, Sample.Facts, Sample.Policy.ExpiresAt), "expires");
    }

    [Theory]
    [InlineData(13)]
    [InlineData(57)]
    public void No_reason_tells_how_many_patients_there_are(int patients)
    {
        var decision = Sample.Decide(facts: Sample.Facts with { Patients = patients });
        Assert.DoesNotContain(decision.Reasons, reason => reason.Sentence.Contains($"{patients}", StringComparison.Ordinal));
        Assert.Contains(decision.Reasons, reason => reason.Rule == "minima" && reason.Sentence.Contains("patients", StringComparison.Ordinal));
    }

    [Fact]
    public void Patients_that_are_not_counted_yet_are_not_judged_yet() =>
        Sample.Expect(Outcome.Allow, Sample.Decide(facts: Sample.Facts with { Patients = null }));

    [Fact]
    public void Only_different_people_in_the_role_approve_and_never_the_requester()
    {
        var two = Sample.Policy with { Approvals = new(2, Roles.Reviewer) };
        var alsoReviewer = Sample.Requester with { Roles = [Roles.Researcher, Roles.Reviewer] };
        AccessFacts By(params Person[] people) => Sample.Facts with { Requester = alsoReviewer, Approved = people };

        Sample.Expect(Outcome.NeedsApproval, Sample.Decide(two, facts: By()), "approvals");
        Sample.Expect(Outcome.NeedsApproval, Sample.Decide(two, facts: By(Sample.Reviewer, Sample.Reviewer)), "approvals");
        Sample.Expect(Outcome.NeedsApproval, Sample.Decide(two, facts: By(Sample.Reviewer, alsoReviewer)), "approvals");
        Sample.Expect(Outcome.NeedsApproval, Sample.Decide(two, facts: By(Sample.Reviewer, Sample.OtherReviewer with { Roles = [Roles.Steward] })), "approvals");
        Sample.Expect(Outcome.Allow, Sample.Decide(two, facts: By(Sample.Reviewer, Sample.OtherReviewer)));
        Sample.Expect(Outcome.Allow, Sample.Decide(two, facts: By(Sample.Reviewer, Sample.Reviewer with { Issuer = "https://other.test" })));
    }

    [Fact]
    public void Without_any_approval_needed_nobody_is_asked() =>
        Sample.Expect(Outcome.Allow, Sample.Decide(Sample.Policy with { Approvals = new(0, Roles.Reviewer) }, facts: Sample.Facts with { Approved = [] }));

    [Fact]
    public void A_deny_beats_a_missing_approval_and_both_are_said()
    {
        var decision = Sample.Decide(request: Sample.Request with { Site = "elsewhere" }, facts: Sample.Facts with { Approved = [] });

        Sample.Expect(Outcome.Deny, decision, "sites");
        Assert.Contains(decision.Reasons, reason => reason is { Rule: "approvals", Effect: "needs-approval" });
    }

    [Fact]
    public void Listed_weights_may_be_used_and_then_only_they()
    {
        var onlyThese = Sample.Policy with { InitialWeights = [Sample.Weights] };
        var with = Sample.Request with { Bounds = Sample.Request.Bounds with { InitialWeights = [Sample.Weights] } };

        Sample.Expect(Outcome.Allow, Sample.Decide(onlyThese, with));
        Sample.Expect(Outcome.Deny, Sample.Decide(onlyThese), "initial_weights");
    }

    [Fact]
    public void A_reason_names_the_line_that_decided()
    {
        var policy = Sample.Loaded(Sample.Text.Replace("limits: {trials: 1000, ", "limits:\n  trials: 1000\n  epochs: 100\n  parameters: 150_000_000\n  progress_values: 2000\n#", StringComparison.Ordinal));
        var decision = Sample.Decide(policy, Sample.Request with { Bounds = Sample.Request.Bounds with { Epochs = 101 }, Site = "elsewhere" });

        Assert.Equal(7, decision.Decisive.Single(reason => reason.Rule == "sites").Line);
        Assert.Equal(12, decision.Decisive.Single(reason => reason.Rule == "limits").Line);
        Assert.Equal("101 epochs, and at most 100 are allowed", decision.Decisive.Single(reason => reason.Rule == "limits").Sentence);
    }

    [Fact]
    public void What_a_stranger_wrote_appears_short_and_on_one_line()
    {
        var decision = Sample.Decide(request: Sample.Request with { Site = "x\n" + new string('y', 10_000) });

        var sentence = decision.Decisive.Single().Sentence;
        Assert.DoesNotContain('\n', sentence);
        Assert.InRange(sentence.Length, 1, 200);
    }
}
