using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>
/// The three moments at which a gateway decides: when access is asked for, when a running job asks for keys (again at every renewal of
/// its lease), and before a result is released. All pure: the same policy, facts and time give the same decision.
/// </summary>
public static class Decisions
{
    /// <summary>May this request become a permit?</summary>
    public static PolicyDecision Decide(PolicyDocument policy, AccessRequest request, AccessFacts facts, DateTimeOffset now)
    {
        var approvals = ApprovalRules.Count(facts.Approved, policy.Approvals.Role, facts.Requester);
        var use = new Use(
            [request.Dataset], facts.Requester, facts.OrganisationCountry, request.Site, facts.SiteCountry, request.Purpose, request.Trainer,
            approvals);
        return PolicyDecision.Of(
        [
            .. UseRules.All(policy, use, now),
            .. BoundRules.Limits(
                policy, request.Bounds.Trials, request.Bounds.Parameters, request.Bounds.Epochs, request.Bounds.ProgressValues),
            .. Patients(policy, facts.Patients),
            .. BoundRules.InitialWeights(policy, request.Bounds.InitialWeights),
            BoundRules.SomeIsolation(policy),
            .. ApprovalRules.Refusals(policy, "approvals", facts.Refused, policy.Approvals.Role, facts.Requester),
            ApprovalRules.Enough(policy, approvals),
        ]);
    }

    /// <summary>May this very job have its keys, or keep them for another lease? Anything but allow is a no.</summary>
    public static PolicyDecision Decide(PolicyDocument policy, KeyFacts facts, DateTimeOffset now)
    {
        var permit = facts.Permit;
        var demand = facts.Demand;
        var approvals = ApprovalRules.Count(permit);
        var use = UseUnder(permit, facts.OrganisationCountry, facts.Site, facts.SiteCountry, facts.Trainer, approvals);
        return PolicyDecision.Of(
        [
            .. PermitRules.Standing(facts.Revoked, facts.Withdrawn),
            .. PermitRules.Covers(facts, now),
            .. UseRules.All(policy, use, now),
            .. BoundRules.Limits(policy, facts.OtherJobs + 1L, demand.Parameters, demand.Epochs, demand.ProgressValues),
            .. Minima(policy, permit, facts),
            .. BoundRules.InitialWeights(policy, demand.InitialWeights is { } weights ? [weights] : []),
            BoundRules.Isolation(policy, facts.Isolation),
            ApprovalRules.Enough(policy, approvals),
        ]);
    }

    /// <summary>May this result, which has passed the gate, leave?</summary>
    public static PolicyDecision Decide(PolicyDocument policy, ReleaseFacts facts, DateTimeOffset now)
    {
        var permit = facts.Permit;
        var approvals = ApprovalRules.Count(permit);
        var use = UseUnder(permit, facts.OrganisationCountry, facts.Site, facts.SiteCountry, facts.Trainer, approvals);
        return PolicyDecision.Of(
        [
            .. PermitRules.Standing(facts.Revoked, facts.Withdrawn),
            .. PermitRules.CoversRelease(facts),
            .. UseRules.All(policy, use, now),
            ApprovalRules.Enough(policy, approvals),
            .. ReleaseRules.All(policy, facts),
        ]);
    }

    private static Use UseUnder(
        Permit permit, string? organisationCountry, string site, string? siteCountry, Contracts.Sha256Digest trainer, int approvals) =>
        new([.. permit.Datasets.Select(dataset => dataset.Dataset)], permit.Researcher, organisationCountry, site, siteCountry, permit.Purpose, trainer,
            approvals);

    private static IEnumerable<Finding> Patients(PolicyDocument policy, int? patients)
    {
        if (patients is { } known)
        {
            yield return BoundRules.EnoughPatients(policy, known, policy.Minima.Patients);
        }
    }

    /// <summary>The stricter of policy and permit; run-step enforces the permit's once more where the job really counts.</summary>
    private static IEnumerable<Finding> Minima(PolicyDocument policy, Permit permit, KeyFacts facts)
    {
        var (batch, patients) = (Math.Max(policy.Minima.Batch, permit.Minima.Batch), Math.Max(policy.Minima.Patients, permit.Minima.Patients));
        yield return BoundRules.AtLeast(policy, "minima.batch", "samples in a batch:", facts.Demand.Batch, batch);
        yield return BoundRules.EnoughPatients(policy, facts.Patients, patients);
        if (facts.Demand.Steps is { } steps)
        {
            yield return BoundRules.AtLeast(policy, "minima.steps", "steps:", steps, Math.Max(policy.Minima.Steps, permit.Minima.Steps));
        }
    }
}
