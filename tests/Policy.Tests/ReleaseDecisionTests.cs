using Scanlock.Contracts.Access;

namespace Scanlock.Policy.Tests;

/// <summary>Deciding again before a result leaves.</summary>
[Trait("promise", "P6")]
public sealed class ReleaseDecisionTests
{
    [Fact]
    public void Metrics_leave_by_themselves_and_a_reviewed_model_too()
    {
        Sample.Expect(Outcome.Allow, Decide(Sample.Metrics));
        Sample.Expect(Outcome.Allow, Decide(Sample.Model));
    }

    [Fact]
    public void Metrics_under_review_wait_for_one_reviewer()
    {
        var reviewed = Sample.Policy with { Egress = Sample.Policy.Egress with { Metrics = "review" } };

        Sample.Expect(Outcome.NeedsApproval, Decisions.Decide(reviewed, Sample.Metrics, Sample.Now), "egress");
        Sample.Expect(Outcome.Allow, Decisions.Decide(reviewed, Sample.Metrics with { Agreed = [Sample.Reviewer] }, Sample.Now));
    }

    [Fact]
    public void A_model_waits_for_as_many_reviewers_as_the_stricter_of_policy_and_permit_asks()
    {
        var two = Sample.Policy with { Egress = Sample.Policy.Egress with { ModelReviews = 2 } };
        var none = Sample.Policy with { Egress = Sample.Policy.Egress with { ModelReviews = 0 } };

        Sample.Expect(Outcome.NeedsApproval, Decisions.Decide(two, Sample.Model, Sample.Now), "egress");
        Sample.Expect(Outcome.Allow, Decisions.Decide(two, Sample.Model with { Agreed = [Sample.Reviewer, Sample.OtherReviewer] }, Sample.Now));
        Sample.Expect(Outcome.NeedsApproval, Decisions.Decide(none, Sample.Model with { Agreed = [] }, Sample.Now), "egress");
    }

    [Fact]
    public void The_requester_does_not_review_their_own_model()
    {
        var alsoReviewer = Sample.Requester with { Roles = [Roles.Researcher, Roles.Reviewer] };

        Sample.Expect(Outcome.NeedsApproval, Decide(Sample.Model with { Agreed = [alsoReviewer] }), "egress");
    }

    public static TheoryData<string, Func<ReleaseFacts, ReleaseFacts>, string[]> Denied => new()
    {
        { "revoked", facts => facts with { Revoked = true }, ["revoked"] },
        { "withdrawn", facts => facts with { Withdrawn = true }, ["withdrawn"] },
        { "a byte too many", facts => facts with { Bytes = 1_001 }, ["egress"] },
        { "too precise", facts => facts with { Precision = "f32" }, ["egress"] },
        { "of unstated precision", facts => facts with { Precision = null }, ["egress"] },
        { "of unknown precision", facts => facts with { Precision = "bf8" }, ["egress"] },
        { "refused by a reviewer", facts => facts with { Refused = [Sample.OtherReviewer] }, ["egress"] },
        { "made elsewhere", facts => facts with { Site = "elsewhere" }, ["sites", "permit"] },
        { "made by another trainer", facts => facts with { Trainer = Sample.OtherTrainer }, ["trainers", "permit"] },
    };

    [Theory]
    [MemberData(nameof(Denied))]
    public void A_model_outside_a_rule_stays(string what, Func<ReleaseFacts, ReleaseFacts> change, string[] rules)
    {
        Assert.NotEmpty(what);
        Sample.Expect(Outcome.Deny, Decide(change(Sample.Model)), rules);
    }

    [Fact]
    public void Size_and_precision_are_the_stricter_of_policy_and_permit()
    {
        var wider = Sample.Policy with { Egress = Sample.Policy.Egress with { MaxBytes = 2_000, Precision = "f32" } };

        Sample.Expect(Outcome.Deny, Decisions.Decide(wider, Sample.Model with { Bytes = 1_001 }, Sample.Now), "egress");
        Sample.Expect(Outcome.Deny, Decisions.Decide(wider, Sample.Model with { Precision = "f32" }, Sample.Now), "egress");
    }

    [Fact]
    public void Results_outlive_their_permit_but_not_the_policy()
    {
        Sample.Expect(Outcome.Allow, Decisions.Decide(Sample.Policy, Sample.Model, Sample.Permit.ExpiresAt));
        Sample.Expect(Outcome.Deny, Decisions.Decide(Sample.Policy, Sample.Model, Sample.Policy.ExpiresAt), "expires");
    }

    private static PolicyDecision Decide(ReleaseFacts facts) => Decisions.Decide(Sample.Policy, facts, Sample.Now);
}
