using Scanlock.Contracts;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>Policy files for tests, with what a test is about as parameters.</summary>
internal static class Policies
{
    public static Sha256Digest Trainer { get; } = Sha256Digest.Of("a trainer"u8);

    public static Sha256Digest Runtime { get; } = Sha256Digest.Of("a runtime"u8);

    public static string For(
        string dataset,
        int approvals = 0,
        int reviews = 1,
        string metrics = "auto",
        int trials = 10,
        int epochs = 100,
        int patients = 2,
        string lease = "15m",
        string purposes = "[HMB]",
        string site = "demo-cluster",
        long maxBytes = 10_000_000,
        string expires = "2099-06-30",
        int minCount = 1,
        string intake = "{}") => $$"""
        dataset: {{dataset}}
        steward: saint-brannoch
        basis: {ethics: "CE 412/2026", legal: "GDPR 9(2)(j)", data_permit: null}
        purposes: {permit: {{purposes}}, modifiers: [NPU]}
        who: [{organisation: [unito], role: researcher}]
        countries: [IT]
        sites: [{{site}}]
        trainers: ["{{Trainer}}"]
        approvals: {need: {{approvals}}, role: reviewer}
        limits: {trials: {{trials}}, parameters: 150_000_000, epochs: {{epochs}}, progress_values: 50}
        minima: {batch: 2, steps: 1, patients: {{patients}}}
        initial_weights: [none]
        isolation: [bubblewrap]
        lease: {{lease}}
        expires: {{expires}}
        egress: {max_bytes: {{maxBytes}}, precision: f32, min_count: {{minCount}}, metrics: {{metrics}}, models: {review: {{reviews}} } }
        intake: {{intake}}
        tests: []
        """;
}
