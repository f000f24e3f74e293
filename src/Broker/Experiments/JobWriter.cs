using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Experiments;

/// <summary>Writes and signs job statements.</summary>
internal sealed class JobWriter(SigningKey key, TimeProvider clock)
{
    /// <summary>The job of a trial. Signing again would make another job, so this is kept before anybody sees it.</summary>
    public Statement<Job> Sign(Trial trial, ExperimentSpec spec, Sha256Digest trainer, PermitCheck.Good permit) => StatementKinds.Job.Sign(
        new(
            Wire.Version,
            trial.Id,
            key.Public.Id,
            trial.Site,
            [permit.Permit.Compact],
            [permit.Manifest.Compact],
            [.. permit.Manifest.Value.Parts().Select(part => new JobInput(part.Id, part.Ciphertext, part.CiphertextBytes))],
            trainer,
            spec.Trial,
            spec.Seed,
            spec.Resources,
            clock.GetUtcNow()),
        key);
}
