using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.Contracts.Trials;
using Scanlock.Envelope;
using Scanlock.HpcAgent.Queue;
using Scanlock.HpcAgent.Sites;
using Scanlock.HpcAgent.Staging;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.Running;

/// <summary>
/// Runs one job, as a process of its own that depends on no connection:
/// <list type="number">
/// <item>claim the job, so that no second runner can;</item>
/// <item>decide again, from what lies on the disk, whether it may run;</item>
/// <item>start the key holder, which measures the trainer's copy and makes its keys (see <see cref="RunningJob"/>);</item>
/// <item>ask for the keys, keep the lease, pass on progress, and write down how it ended;</item>
/// <item>move the queue on.</item>
/// </list>
/// </summary>
internal sealed class RunStep(Site site, JobFolder folder, Journal journal, TimeProvider time)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!folder.Exists || !AtomicFile.TryCreate(folder.Claim, RunnerIdentity.Current.ToString()))
        {
            return;
        }

        // By the time the outcome can be seen, the key holder is gone and its memory free.
        var outcome = await RunClaimedAsync(cancellationToken);
        switch (outcome)
        {
            case JobOutcome.Finished(var bundle):
                AtomicFile.Write(folder.Bundle, StatementKinds.ResultBundle.Sign(bundle, site.Key).Compact);
                journal.Ended(folder.Id, "finished");
                break;
            case JobOutcome.Failed(var failure):
                folder.Fail(failure, site.Key, time);
                journal.Ended(folder.Id, failure);
                break;
        }

        var queue = new LocalQueue(site, journal, time);
        using (await queue.LockAsync(cancellationToken))
        {
            queue.Advance();
        }
    }

    private async Task<JobOutcome> RunClaimedAsync(CancellationToken cancellationToken)
    {
        var facts = await SiteFacts.GatherAsync(site, cancellationToken);
        var admission = JobAdmission.Decide(folder.Statement(), site, facts, time.GetUtcNow());
        if (admission is not Admission.Admitted(var job))
        {
            var denied = (Admission.Denied)admission;
            Log($"refused, {denied.Code}: {denied.Sentence}");
            return new JobOutcome.Failed(denied.Code switch
            {
                AgentRefusals.IsolationUnavailable => JobFailures.IsolationUnavailable,
                AgentRefusals.TrainerNotHere => JobFailures.TrainerChanged,
                _ => JobFailures.SiteRefused,
            });
        }

        if (job.Job.Digest != folder.Id || PublicKey.FromBytes(Decode(job.Permit.Value.SealingKey)).IsRefused)
        {
            Log("refused: the job on the disk is another one, or its permit's sealing key is none");
            return new JobOutcome.Failed(JobFailures.SiteRefused);
        }

        await using var store = new CiphertextStore(site.State, site.Caps, time);
        var inputs = job.Job.Value.Inputs;
        var outcome = !inputs.All(input => store.Has(input.Digest, input.Bytes)) ? new JobOutcome.Failed(JobFailures.InputDamaged)
            : FallsBelowMinima(job) ? new JobOutcome.Failed(JobFailures.BelowMinima)
            : await RunAdmittedAsync(job, cancellationToken);
        if (outcome is JobOutcome.Failed(JobFailures.InputDamaged))
        {
            // Before the failure can be seen: whoever stages again because of it must not be told that all is here.
            await new DamagedInputs(site.State, store, journal, time).DropAsync(inputs, cancellationToken);
        }

        return outcome;
    }

    private async Task<JobOutcome> RunAdmittedAsync(AdmittedJob job, CancellationToken cancellationToken)
    {
        try
        {
            await using var holder = await HolderProcess.StartAsync(job, site, cancellationToken);
            await using var running = new RunningJob(job, site, folder, holder, time);
            return await running.RunAsync(cancellationToken);
        }
        catch (ProgramStartException e)
        {
            Log($"the key holder cannot be started: {e.Message}");
            return new JobOutcome.Failed(JobFailures.IsolationUnavailable);
        }
    }

    /// <summary>The steps a spec can take at most; how many it will, after the split by patient, the trainer counts. Evaluating takes none.</summary>
    private static bool FallsBelowMinima(AdmittedJob job) => job.Spec.Task != TrialSpec.Evaluate
        && (long)job.Spec.Epochs * (job.Manifest.Shards.Sum(s => s.Samples) / job.Spec.Batch) < job.Permit.Value.Minima.Steps;

    private static byte[] Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : [];
    }

    // The local scheduler keeps this in the job's log file, for the site's admin.
    private static void Log(string what) => Console.Error.WriteLine(what);
}
