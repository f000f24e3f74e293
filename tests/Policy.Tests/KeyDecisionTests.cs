using Scanlock.Contracts.Access;

namespace Scanlock.Policy.Tests;

/// <summary>Deciding again when a job asks for its keys: on the permit, the very job, and the policy as it is now.</summary>
[Trait("promise", "P5")]
public sealed class KeyDecisionTests
{
    [Fact]
    public void The_job_that_the_permit_is_for_gets_its_keys() => Sample.Expect(Outcome.Allow, Decide(Sample.Key));

    public static TheoryData<string, Func<KeyFacts, KeyFacts>, string[]> Denied => new()
    {
        { "revoked", facts => facts with { Revoked = true }, ["revoked"] },
        { "withdrawn", facts => facts with { Withdrawn = true }, ["withdrawn"] },
        { "another site", facts => facts with { Site = "elsewhere" }, ["sites", "permit"] },
        { "another trainer than was measured", facts => facts with { Trainer = Sample.OtherTrainer }, ["trainers", "permit"] },
        { "another isolation", facts => facts with { Isolation = "none" }, ["isolation", "permit"] },
        { "one job too many", facts => facts with { OtherJobs = 10 }, ["limits", "permit"] },
        { "too many epochs", facts => facts with { Demand = facts.Demand with { Epochs = 21 } }, ["limits", "permit"] },
        { "too many parameters", facts => facts with { Demand = facts.Demand with { Parameters = 1_001 } }, ["limits", "permit"] },
        { "too much progress", facts => facts with { Demand = facts.Demand with { ProgressValues = 201 } }, ["limits", "permit"] },
        { "a batch too small", facts => facts with { Demand = facts.Demand with { Batch = 7 } }, ["minima"] },
        { "too few steps", facts => facts with { Demand = facts.Demand with { Steps = 99 } }, ["minima"] },
        { "too few patients", facts => facts with { Patients = 19 }, ["minima"] },
        { "weights nobody listed", facts => facts with { Demand = facts.Demand with { InitialWeights = Sample.Weights } }, ["initial_weights", "permit"] },
        { "a site abroad", facts => facts with { SiteCountry = "US" }, ["countries"] },
        { "another dataset", facts => facts with { Permit = facts.Permit with { Datasets = [] } }, ["dataset"] },
    };

    [Theory]
    [MemberData(nameof(Denied))]
    public void Any_other_job_does_not(string what, Func<KeyFacts, KeyFacts> change, string[] rules)
    {
        Assert.NotEmpty(what);
        Sample.Expect(Outcome.Deny, Decide(change(Sample.Key)), rules);
    }

    [Fact]
    public void A_permit_is_worth_nothing_after_its_end()
    {
        var end = Sample.Permit.ExpiresAt;
        Sample.Expect(Outcome.Allow, Decisions.Decide(Sample.Policy, Sample.Key, end.AddTicks(-1)));
        Sample.Expect(Outcome.Deny, Decisions.Decide(Sample.Policy, Sample.Key, end), "permit");
        Sample.Expect(Outcome.Deny, Decisions.Decide(Sample.Policy, Sample.Key, Sample.Policy.ExpiresAt), "permit", "expires");
    }

    public static TheoryData<string, Func<PolicyDocument, PolicyDocument>, string> Narrowed => new()
    {
        { "purpose", policy => policy with { Purposes = new([Duo.Poa], []) }, "purposes" },
        { "who", policy => policy with { Who = [] }, "who" },
        { "site", policy => policy with { Sites = ["elsewhere"] }, "sites" },
        { "trainer", policy => policy with { Trainers = [Sample.OtherTrainer] }, "trainers" },
        { "epochs", policy => policy with { Limits = policy.Limits with { Epochs = 19 } }, "limits" },
        { "batch", policy => policy with { Minima = policy.Minima with { Batch = 9 } }, "minima" },
        { "isolation", policy => policy with { Isolation = ["apptainer"] }, "isolation" },
        { "expiry", policy => policy with { ExpiresAt = Sample.Now }, "expires" },
    };

    [Theory]
    [MemberData(nameof(Narrowed))]
    public void A_policy_narrowed_since_the_permit_stops_the_job(string what, Func<PolicyDocument, PolicyDocument> change, string rule)
    {
        Assert.NotEmpty(what);
        Sample.Expect(Outcome.Deny, Decisions.Decide(change(Sample.Policy), Sample.Key, Sample.Now), rule);
    }

    [Fact]
    public void A_policy_widened_since_the_permit_does_not_widen_it()
    {
        var wider = Sample.Policy with
        {
            Sites = ["demo-cluster", "elsewhere"],
            Trainers = [Sample.Trainer, Sample.OtherTrainer],
            Limits = new(1_000, 1_000_000, 1_000, 1_000),
            Minima = new(1, 1, 1),
        };

        Sample.Expect(Outcome.Deny, Decisions.Decide(wider, Sample.Key with { Site = "elsewhere" }, Sample.Now), "permit");
        Sample.Expect(Outcome.Deny, Decisions.Decide(wider, Sample.Key with { Trainer = Sample.OtherTrainer }, Sample.Now), "permit");
        Sample.Expect(Outcome.Deny, Decisions.Decide(wider, Sample.Key with { OtherJobs = 10 }, Sample.Now), "permit");
        Sample.Expect(Outcome.Deny, Decisions.Decide(wider, Sample.Key with { Demand = Sample.Key.Demand with { Batch = 7 } }, Sample.Now), "minima");
    }

    [Fact]
    public void More_approvals_asked_since_hold_the_keys_back()
    {
        var two = Sample.Policy with { Approvals = new(2, Roles.Reviewer) };
        var selfApproved = Sample.Permit with { Approvals = [.. Sample.Permit.Approvals, new Approval(Sample.Requester.Issuer, Sample.Requester.Subject, Sample.Now)] };

        Sample.Expect(Outcome.NeedsApproval, Decisions.Decide(two, Sample.Key, Sample.Now), "approvals");
        Sample.Expect(Outcome.NeedsApproval, Decisions.Decide(two, Sample.Key with { Permit = selfApproved }, Sample.Now), "approvals");
    }

    [Fact]
    public void Steps_that_only_the_job_can_count_are_left_to_it() =>
        Sample.Expect(Outcome.Allow, Decide(Sample.Key with { Demand = Sample.Key.Demand with { Steps = null } }));

    [Fact]
    public void The_last_job_of_the_permit_still_counts() => Sample.Expect(Outcome.Allow, Decide(Sample.Key with { OtherJobs = 9 }));

    private static PolicyDecision Decide(KeyFacts facts) => Decisions.Decide(Sample.Policy, facts, Sample.Now);
}
