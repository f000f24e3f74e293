using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Experiments;

/// <summary>Writes and signs job statements.</summary>
internal sealed class JobWriter(SigningKey key, TimeProvider clock)
{
    /// <summary>The job of a trial. Signing again would make another job, so this is kept before anybody sees it.</summary>
    public Statement<Job> Sign(Trial trial, KeptSpec spec, AllowedExperiment allowed) => StatementKinds.Job.Sign(
        new(
            Wire.Version,
            trial.Id,
            key.Public.Id,
            trial.Site,
            [allowed.Permit.Permit.Compact],
            [allowed.Permit.Manifest.Compact],
            [.. allowed.Permit.Manifest.Value.Parts().Select(part => new JobInput(part.Id, part.Ciphertext, part.CiphertextBytes))],
            Sha256Digest.Parse(allowed.Experiment.Trainer),
            JsonElement.Parse(spec.Spec),
            spec.Seed,
            allowed.Spec.Resources,
            clock.GetUtcNow()),
        key);
}
