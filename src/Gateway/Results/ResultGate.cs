using System.Collections.ObjectModel;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Egress;
using Scanlock.Envelope;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Results;

/// <summary>What came through the gate of a result: each half as the gate wrote it, or null with the reasons against it.</summary>
/// <param name="AllWithheld">True where every number of the metrics is about too few patients to be told.</param>
internal sealed record GatedResult(
    GatedFile? Metrics, GatedFile? Model, string? Precision, bool AllWithheld, IReadOnlyList<string> Checks, IReadOnlyList<Reason> Faults);

/// <summary>
/// Takes what a job sealed through the gate (P6): opened in memory against the bundle's word for it, checked, written anew, and encrypted
/// again on the way to the store. A model whose metrics did not pass stays: nobody would know what it is.
/// </summary>
internal sealed class ResultGate(IDbContextFactory<GatewayDb> databases, GatedFiles files, GatewayKeys keys)
{
    /// <summary>A safetensors header on top of twice the model that may leave: the gate may round to half of what was trained.</summary>
    private const long HeaderBytes = 1 << 20;

    /// <returns>Refused only where a part has not come.</returns>
    public async Task<Outcome<GatedResult>> PassAsync(VerifiedJob job, ResultBundle bundle, CancellationToken cancellationToken)
    {
        var permit = job.Permit.Value;
        var rules = new GateRules(job.Spec, job.Job.Value.Seed, permit.Bounds, permit.Minima, permit.Egress) { Samples = await SamplesAsync(job, cancellationToken) };
        var metrics = await OpenAsync(job, ResultParts.Metrics, bundle.Metrics, MetricsGate.MaxBytes, cancellationToken);
        if (metrics.IsRefused)
        {
            return metrics.Refusal;
        }

        if (metrics.Value.Fault is { } fault)
        {
            return Stays([fault]);
        }

        switch (MetricsGate.Pass(metrics.Value.Content, rules))
        {
            case MetricsVerdict.Refused refused:
                return Stays(refused.Reasons);
            case MetricsVerdict.Accepted accepted:
                return await PassModelAsync(job, bundle, rules, accepted, cancellationToken);
            default:
                throw new InvalidOperationException("No such verdict.");
        }
    }

    /// <summary>Keys of all samples; active learning alone names any, so that for other jobs none are looked up.</summary>
    private async Task<IReadOnlySet<string>> SamplesAsync(VerifiedJob job, CancellationToken cancellationToken)
    {
        if (job.Spec.Active.Passes == 0)
        {
            return ReadOnlySet<string>.Empty;
        }

        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var samples = db.ShardSamples.Where(sample => sample.Dataset == job.Dataset.Dataset).Select(sample => sample.Sample);
        return await samples.AsAsyncEnumerable().ToHashSetAsync(StringComparer.Ordinal, cancellationToken);
    }

    private async Task<Outcome<GatedResult>> PassModelAsync(
        VerifiedJob job, ResultBundle bundle, GateRules rules, MetricsVerdict.Accepted metrics, CancellationToken cancellationToken)
    {
        var limit = Math.Min(Array.MaxLength, (2 * rules.Egress.MaxBytes) + HeaderBytes);
        var opened = await OpenAsync(job, ResultParts.Model, bundle.Model, (int)limit, cancellationToken);
        if (opened.IsRefused)
        {
            return opened.Refusal;
        }

        var (kept, _) = await files.KeepAsync(
            job.Job.Digest, ResultParts.Metrics, async (stream, token) => (true, await WriteAsync(stream, metrics.Canonical, token)), cancellationToken);
        var withheld = metrics.SaysNothing;
        if (opened.Value.Fault is { } fault)
        {
            return new GatedResult(kept, null, null, withheld, metrics.Checks, [fault]);
        }

        try
        {
            var (model, verdict) = await files.KeepAsync(
                job.Job.Digest, ResultParts.Model, (stream, token) => RewriteAsync(job, bundle, opened.Value.Content, stream, rules, metrics, token), cancellationToken);
            return verdict switch
            {
                ModelVerdict.Accepted accepted => new GatedResult(kept, model, accepted.Precision, withheld, [.. metrics.Checks, .. accepted.Checks], []),
                ModelVerdict.Refused refused => new GatedResult(kept, null, null, withheld, metrics.Checks, refused.Reasons),
                _ => throw new InvalidOperationException("No such verdict."),
            };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(opened.Value.Content);
        }
    }

    private async Task<(bool Keep, ModelVerdict Verdict)> RewriteAsync(
        VerifiedJob job, ResultBundle bundle, byte[] model, Stream output, GateRules rules, MetricsVerdict.Accepted metrics, CancellationToken cancellationToken)
    {
        using var input = new MemoryStream(model, writable: false);
        var modelRules = rules.ForModel(metrics.Metrics.Steps) with { Provenance = Provenance(job, bundle) };
        var verdict = await ModelGate.PassAsync(input, output, modelRules, cancellationToken);
        return (verdict is ModelVerdict.Accepted, verdict);
    }

    /// <summary>All that it takes to make the model again, but the data itself (P12).</summary>
    private Dictionary<string, string> Provenance(VerifiedJob job, ResultBundle bundle) => new(StringComparer.Ordinal)
    {
        ["scanlock.gateway"] = keys.Statement.Public.Id,
        ["scanlock.dataset"] = job.Dataset.Dataset,
        ["scanlock.version"] = $"{job.Dataset.Version}",
        ["scanlock.manifest"] = job.Dataset.Manifest.ToString(),
        ["scanlock.permit"] = job.Permit.Digest.ToString(),
        ["scanlock.job"] = job.Job.Digest.ToString(),
        ["scanlock.trainer"] = bundle.Trainer.ToString(),
        ["scanlock.runtime"] = bundle.Runtime.ToString(),
        ["scanlock.spec"] = Encoding.UTF8.GetString(CanonicalJson.Serialize(job.Job.Value.Spec)),
        ["scanlock.seed"] = $"{job.Job.Value.Seed}",
    };

    /// <summary>What was sealed; or, as the fault, why it does not open.</summary>
    private async Task<Outcome<Opened>> OpenAsync(
        VerifiedJob job, string part, SealedPart expected, int limit, CancellationToken cancellationToken)
    {
        if (await files.OpenReceivedAsync(job.Job.Digest, part, expected, limit, cancellationToken) is not { } opened)
        {
            return new Refusal.Conflict($"The sealed {part} of this job did not come; put it first, then the bundle.");
        }

        return opened.IsRefused
            ? new Opened([], new Reason("gate", 0, "deny", $"the sealed {part} does not open: {opened.Refusal.Message}"))
            : new Opened(opened.Value, null);
    }

    private sealed record Opened(byte[] Content, Reason? Fault);

    private static async Task<int> WriteAsync(Stream stream, byte[] content, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(content, cancellationToken);
        return content.Length;
    }

    private static GatedResult Stays(IReadOnlyList<Reason> reasons) => new(null, null, null, AllWithheld: false, [], reasons);
}
