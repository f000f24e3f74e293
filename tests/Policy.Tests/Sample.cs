using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Policy.Tests;

/// <summary>A policy, and a request, a job and a result that it allows; tests change one thing each.</summary>
internal static class Sample
{
    public static readonly Sha256Digest Trainer = Sha256Digest.Of("trainer"u8);
    public static readonly Sha256Digest OtherTrainer = Sha256Digest.Of("another trainer"u8);
    public static readonly Sha256Digest Weights = Sha256Digest.Of("weights"u8);
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    public static readonly Person Requester = new("https://issuer.test", "ada", "unito", [Roles.Researcher]);
    public static readonly Person Reviewer = new("https://issuer.test", "rita", "saint-brannoch", [Roles.Reviewer]);
    public static readonly Person OtherReviewer = new("https://issuer.test", "remo", "saint-brannoch", [Roles.Reviewer]);

    public const string Text =
        """
        dataset: covid-ct
        steward: saint-brannoch
        basis: {ethics: "CE 412/2026", legal: "GDPR 9(2)(j)", data_permit: null}
        purposes: {permit: [HMB], modifiers: [NPU]}
        who: [{organisation: [unito], role: researcher}]
        countries: [IT]
        sites: [demo-cluster]
        trainers: [sha256:0000000000000000000000000000000000000000000000000000000000000000]
        approvals: {need: 1, role: reviewer}
        limits: {trials: 1000, parameters: 150_000_000, epochs: 100, progress_values: 2000}
        minima: {batch: 8, steps: 100, patients: 20}
        initial_weights: [none]
        isolation: [bubblewrap, apptainer]
        lease: 15m
        expires: 2027-06-30
        egress: {max_bytes: 600_000_000, precision: bf16, min_count: 5, metrics: auto, models: {review: 1}}
        """;

    public static PolicyDocument Policy { get; } = new()
    {
        Dataset = "covid-ct",
        Steward = "saint-brannoch",
        Basis = new("CE 412/2026", "GDPR 9(2)(j)", null),
        Purposes = new([Duo.Hmb], []),
        Who = [new(["unito"], Roles.Researcher)],
        Countries = ["IT"],
        Sites = ["demo-cluster"],
        Trainers = [Trainer],
        Approvals = new(1, Roles.Reviewer),
        Limits = new(10, 1_000, 20, 200),
        Minima = new(8, 100, 20),
        InitialWeights = [null],
        Isolation = ["bubblewrap"],
        Lease = TimeSpan.FromMinutes(15),
        ExpiresAt = new(2027, 7, 1, 0, 0, 0, TimeSpan.Zero),
        Egress = new(1_000, "bf16", 5, "auto", 1),
        Revision = Sha256Digest.Of("policy"u8),
    };

    public static AccessRequest Request { get; } = new(
        Wire.Version, "6b9d3b0e-6c3a-4a5a-9d0a-0d8f0f1f2a3b", "covid-ct", Version: null, "lungs", new Purpose("HMB", [], Disease: null),
        "demo-cluster", Trainer, new SpecBounds(10, 1_000, 20, 200, []));

    public static AccessFacts Facts { get; } = new(Requester) { OrganisationCountry = "IT", SiteCountry = "IT", Patients = 20, Approved = [Reviewer] };

    public static Permit Permit { get; } = new(
        Wire.Version, Request.Id, "gateway", Requester, "lungs", Request.Purpose, Policy.Basis,
        [new PermittedDataset("covid-ct", 1, Sha256Digest.Of("manifest"u8))], ["demo-cluster"], [Trainer], Request.Bounds, Policy.Minima,
        ["bubblewrap"], Policy.Egress, [new Approval(Reviewer.Issuer, Reviewer.Subject, Now)], Now, Now.AddDays(30), 900, Policy.Revision,
        Convert.ToBase64String(new byte[32]));

    public static KeyFacts Key { get; } = new(
        Permit, "demo-cluster", new JobDemand(8, 100, 20, 1_000, 200, InitialWeights: null), Trainer, "bubblewrap", Patients: 20)
    {
        OrganisationCountry = "IT",
        SiteCountry = "IT",
    };

    public static ReleaseFacts Metrics { get; } = new(Permit, ReleaseKind.Metrics, "demo-cluster", Trainer, 100, Precision: null)
    {
        OrganisationCountry = "IT",
        SiteCountry = "IT",
    };

    public static ReleaseFacts Model { get; } = Metrics with { Kind = ReleaseKind.Model, Bytes = 1_000, Precision = "bf16", Agreed = [Reviewer] };

    public static PolicyDecision Decide(PolicyDocument? policy = null, AccessRequest? request = null, AccessFacts? facts = null) =>
        Decisions.Decide(policy ?? Policy, request ?? Request, facts ?? Facts, Now);

    public static PolicyLoad Load(string text) => PolicyLoader.Load(Encoding.UTF8.GetBytes(text));

    public static PolicyDocument Loaded(string text) => Load(text) switch
    {
        PolicyLoad.Loaded loaded => loaded.Policy,
        PolicyLoad.Refused refused => throw new InvalidOperationException(string.Join('\n', refused.Problems.Select(problem => problem.Format("policy")))),
        _ => throw new InvalidOperationException(),
    };

    public static IReadOnlyList<string> Problems(string text) => Load(text) switch
    {
        PolicyLoad.Refused refused => [.. refused.Problems.Select(problem => $"{problem.At}: {problem.Sentence}")],
        _ => [],
    };

    /// <summary>Asserts an outcome and the rules that brought it about, no more and no fewer.</summary>
    public static void Expect(Outcome outcome, PolicyDecision decision, params string[] rules)
    {
        Assert.True(outcome == decision.Outcome, $"{decision.Outcome}: {string.Join("; ", decision.Decisive.Select(reason => $"{reason.Rule}: {reason.Sentence}"))}");
        if (rules.Length > 0)
        {
            Assert.Equal(rules.Order(), decision.Decisive.Select(reason => reason.Rule).Distinct().Order());
        }
    }
}
