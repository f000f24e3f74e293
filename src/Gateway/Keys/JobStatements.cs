using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Configuration;

namespace Scanlock.Gateway.Keys;

/// <summary>A job statement of a registered broker, under a permit of this very gateway, for a registered agent's site.</summary>
internal sealed record VerifiedJob(
    Statement<Job> Job, Statement<Permit> Permit, Statement<DatasetManifest> Manifest, TrialSpec Spec, RegisteredBroker Broker, RegisteredAgent Agent)
{
    public PermittedDataset Dataset => Permit.Value.Datasets[0];

    /// <summary>What this broker tries about the job.</summary>
    public Attempt Attempt(string act, string broker) => Auditing.Attempt.At(
        act, Actors.Broker(broker),
        ("dataset", Dataset.Dataset), ("request", Permit.Value.Id), ("job", Job.Digest.ToString()), ("site", Agent.Site));
}

/// <summary>Verifies what brokers carry, and how the statements bind each other; decides nothing.</summary>
internal sealed class JobStatements(GatewayConfiguration configuration, GatewayKeys keys)
{
    /// <param name="broker">The broker that calls: it speaks for its own jobs only.</param>
    public Outcome<VerifiedJob> VerifyJob(string compact, string broker)
    {
        try
        {
            return VerifyBindings(compact, broker);
        }
        catch (WireFormatException e)
        {
            return Refuse("statement", e.Message);
        }
    }

    /// <summary>A statement of the agent of this job's site.</summary>
    public static Outcome<Statement<T>> VerifyOfAgent<T>(StatementKind<T> kind, string compact, VerifiedJob job)
        where T : class
    {
        try
        {
            return kind.Verify(compact, job.Agent.Key);
        }
        catch (WireFormatException e)
        {
            return Refuse("statement", $"from the agent of '{job.Agent.Site}': {e.Message}");
        }
    }

    private Outcome<VerifiedJob> VerifyBindings(string compact, string broker)
    {
        var registered = configuration.Brokers.First(candidate => candidate.Name == broker);
        var job = StatementKinds.Job.Verify(compact, registered.Key);
        if (job.Value.Permits.Count != 1 || job.Value.Manifests.Count != 1)
        {
            return Refuse("job", "a job reads one gateway's data: exactly one permit and one manifest");
        }

        var permit = StatementKinds.Permit.Verify(job.Value.Permits[0], keys.Statement.Public);
        var manifest = StatementKinds.Manifest.Verify(job.Value.Manifests[0], keys.Statement.Public);
        if (permit.Value.Datasets is not [var dataset] || dataset.Manifest != manifest.Digest)
        {
            return Refuse("job", "the manifest is not the one that the permit opens");
        }

        if (configuration.Agents.FirstOrDefault(agent => agent.Site == job.Value.Site) is not { } site)
        {
            return Refuse("sites", $"no agent is registered here for the site '{job.Value.Site}'");
        }

        return TrialSpecReader.Read(job.Value.Spec) switch
        {
            TrialSpecResult.Valid valid => new VerifiedJob(job, permit, manifest, valid.Spec, registered, site),
            TrialSpecResult.Invalid invalid => Refuse("spec", string.Join("; ", invalid.Problems)),
            _ => throw new InvalidOperationException("No such result."),
        };
    }

    private static Refusal.Denied Refuse(string rule, string sentence) =>
        new($"The statement is refused: {sentence}", [new Reason(rule, 0, "deny", sentence)]);
}
