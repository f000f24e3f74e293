using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Jobs;

namespace Scanlock.Gateway.Keys;

/// <summary>
/// What must hold of a key request besides the policy: that it is this job's, fresh, for all of the permitted version and nothing else, and
/// that one job gets keys for one key pair, once, and renewals in order while its lease stands. Pure.
/// </summary>
internal static class KeyVerdicts
{
    /// <summary>How far apart the site's clock and ours may be.</summary>
    private static readonly TimeSpan s_skew = TimeSpan.FromMinutes(5);

    /// <summary>A renewal may be this late: the job's own clock decides when it lapses, ours only bounds it.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMinutes(1);

    /// <param name="known">The job as recorded, or null when it was never heard of.</param>
    public static IReadOnlyList<Reason> Reasons(VerifiedJob job, Statement<KeyRequest> request, JobRow? known, DateTimeOffset now) =>
        [.. Binding(job, request), .. Inputs(job), .. Freshness(request.Value, now), .. Standing(request.Value, known, now)];

    private static IEnumerable<Reason> Binding(VerifiedJob job, Statement<KeyRequest> request)
    {
        if (request.Value.Job != job.Job.Digest)
        {
            yield return Deny("job", "the key request is for another job");
        }

        if (request.Value.Permit != job.Permit.Digest)
        {
            yield return Deny("permit", "the key request is under another permit");
        }

        if (job.Job.Value.Trainer != request.Value.Trainer)
        {
            yield return Deny("trainers", "the trainer that was measured is not the one the job names");
        }
    }

    /// <summary>All of the version: fewer patients than the permit counted on would be a way around its minima.</summary>
    private static IEnumerable<Reason> Inputs(VerifiedJob job)
    {
        var named = job.Job.Value.Inputs.Select(Key).ToHashSet();
        var parts = job.Manifest.Value.Parts().Select(Key).ToHashSet();
        if (!named.SetEquals(parts))
        {
            yield return Deny("job", "the job's inputs are not exactly the parts of the manifest");
        }
    }

    private static IEnumerable<Reason> Freshness(KeyRequest request, DateTimeOffset now)
    {
        if ((now - request.At).Duration() > s_skew)
        {
            yield return Deny("time", "the key request is older than five minutes, or from the future; compare the clocks");
        }
    }

    private static IEnumerable<Reason> Standing(KeyRequest request, JobRow? known, DateTimeOffset now)
    {
        if (known?.EndedAt is not null)
        {
            yield return Deny("job", "the job has ended");
        }

        if (known?.CountedAt is null)
        {
            if (request.Sequence != 0)
            {
                yield return Deny("lease", "there is no lease to renew");
            }

            yield break;
        }

        if (known.PublicKey != request.PublicKey)
        {
            yield return Deny("job", "the job was given its keys already, for another key pair");
        }

        if (known.Runtime != request.Runtime.ToString() || known.Trainer != request.Trainer.ToString() || known.Isolation != request.Isolation)
        {
            yield return Deny("job", "what was measured differs from what the keys were given for");
        }

        if (request.Sequence < known.Sequence || request.Sequence > known.Sequence + 1)
        {
            yield return Deny("lease", $"renewal {request.Sequence} does not follow {known.Sequence}");
        }

        if (request.Sequence > known.Sequence && now > known.LeaseUntil + s_grace)
        {
            yield return Deny("lease", "the lease has lapsed");
        }
    }

    private static (string, Sha256Digest, long) Key(JobInput input) => (input.Part, input.Digest, input.Bytes);

    private static (string, Sha256Digest, long) Key(ManifestPart part) => (part.Id, part.Ciphertext, part.CiphertextBytes);

    private static Reason Deny(string rule, string sentence) => new(rule, 0, "deny", sentence);
}
