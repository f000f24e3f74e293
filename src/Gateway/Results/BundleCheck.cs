using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Jobs;
using Scanlock.Gateway.Keys;

namespace Scanlock.Gateway.Results;

/// <summary>Whether a bundle is this job's, and says of trainer and isolation what was measured when the keys were given. Pure.</summary>
internal static class BundleCheck
{
    public static Reason? Fault(VerifiedJob job, Statement<ResultBundle> statement, JobRow? row)
    {
        var bundle = statement.Value;
        if (bundle.Job != job.Job.Digest || bundle.Permit != job.Permit.Digest)
        {
            return Deny("job", "the bundle is of another job or permit");
        }

        if (row?.CountedAt is null)
        {
            return Deny("job", "the job was never given keys, so it can have no result");
        }

        if (row.Failure is not null)
        {
            return Deny("job", $"the job has said that it failed: {row.Failure}");
        }

        if (bundle.Trainer.ToString() != row.Trainer || bundle.Runtime.ToString() != row.Runtime || bundle.Isolation != row.Isolation)
        {
            return Deny("trainers", "trainer, runtime or isolation is not what the keys were given for");
        }

        return bundle.Spec == Sha256Digest.Of(CanonicalJson.Serialize(job.Job.Value.Spec)) ? null : Deny("job", "the bundle is of another spec");
    }

    private static Reason Deny(string rule, string sentence) => new(rule, 0, "deny", sentence);
}
