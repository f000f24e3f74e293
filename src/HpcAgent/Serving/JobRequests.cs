using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.HpcAgent.Queue;
using Scanlock.HpcAgent.Running;
using Scanlock.HpcAgent.Sites;
using Scanlock.HpcAgent.Staging;

namespace Scanlock.HpcAgent.Serving;

/// <summary>The requests about jobs. All run under the queue's lock; each leaves the disk in a state that the next can start from.</summary>
internal sealed class JobRequests(Site site, SiteFacts facts, CiphertextStore store, LocalQueue queue, Journal journal, TimeProvider time)
{
    /// <summary>Most progress statements in one answer, some 20 MB: the rest is there at the next poll.</summary>
    private const int MostProgress = 20_000;

    /// <summary>How long a ciphertext stays that no job names and nobody asks for.</summary>
    private static readonly TimeSpan s_unused = TimeSpan.FromDays(7);

    public async Task<AgentAnswer> HandleAsync(AgentRequest request) => request switch
    {
        Submit submit => SubmitJob(submit),
        Poll poll => PollJobs(poll),
        Deliver deliver => DeliverRelease(deliver),
        Cancel cancel => CancelJob(cancel),
        Purge purge => await PurgeJobAsync(purge),
        Discard discard => await DiscardAsync(discard),
        _ => throw new ArgumentException($"{request.GetType().Name} is not about jobs.", nameof(request)),
    };

    /// <summary>Deletes ciphertexts that nothing has needed for long, such as those of a broker that is no more.</summary>
    public async Task RemoveUnusedAsync()
    {
        var oldest = time.GetUtcNow() - s_unused;
        var needed = Needed(except: null);
        foreach (var (digest, _) in store.All().Where(kept => kept.At < oldest && !needed.Contains(kept.Digest)).ToArray())
        {
            await store.DeleteAsync(digest);
        }
    }

    public static Refused TooMany() => new(AgentRefusals.BadRequest, $"At most {AgentProtocol.MaxItems} things can be named at once.");

    public static Refused Unknown() => new(AgentRefusals.UnknownJob, "No such job is at this site.");

    private AgentAnswer SubmitJob(Submit submit)
    {
        var admission = JobAdmission.Decide(submit.Job, site, facts, time.GetUtcNow());
        if (admission is not Admission.Admitted(var job))
        {
            var denied = (Admission.Denied)admission;
            return new Refused(denied.Code, denied.Sentence);
        }

        var folder = queue.Job(job.Job.Digest);
        if (folder.Exists)
        {
            return new Accepted(folder.Id);
        }

        if (File.Exists(site.State.Receipt(folder.Id)))
        {
            return new Refused(AgentRefusals.OtherJob, "This job has had its run and was purged; another run is another job.");
        }

        if (queue.All().Count >= AgentProtocol.MaxItems)
        {
            return new Refused(AgentRefusals.OverCap, $"The site has {AgentProtocol.MaxItems} jobs that were not purged.");
        }

        if (job.Job.Value.Inputs.FirstOrDefault(input => !store.Has(input.Digest, input.Bytes)) is { } missing)
        {
            return new Refused(AgentRefusals.NotStaged, $"The input {missing.Part} is not staged.");
        }

        folder.Create(submit.Job, job.Job.Value.Inputs.Select(input => input.Digest));
        journal.Accepted(folder.Id);
        return new Accepted(folder.Id);
    }

    private AgentAnswer PollJobs(Poll poll)
    {
        if (poll.Jobs.Count > AgentProtocol.MaxItems)
        {
            return TooMany();
        }

        var room = MostProgress;
        var items = new List<JobStatus>(poll.Jobs.Count);
        foreach (var asked in poll.Jobs)
        {
            items.Add(queue.Job(asked.Job) is { Exists: true } job
                ? job.Status(asked.After, room, site.Key)
                : new(asked.Job, JobStates.Unknown, null, [], null, null));
            room -= items[^1].Progress.Count;
        }

        return new Jobs(items);
    }

    private AgentAnswer DeliverRelease(Deliver deliver)
    {
        var job = queue.Job(deliver.Job);
        if (!job.Exists)
        {
            return Unknown();
        }

        // Delivered before, and the broker missed the answer.
        if (File.Exists(job.Answer(deliver.Request)))
        {
            return new Done();
        }

        if (job.PendingRequest(site.Key) is not { } request || request.Digest != deliver.Request)
        {
            return new Refused(AgentRefusals.OtherJob, "The job does not wait for an answer to this request.");
        }

        if (deliver.Release is not null && Refusal(deliver.Release, job, request) is { } refusal)
        {
            return refusal;
        }

        AtomicFile.Write(job.Answer(request.Digest), deliver.Release ?? "");
        return new Done();
    }

    private Refused? Refusal(string release, JobFolder job, Statement<KeyRequest> request)
    {
        var permit = StatementKinds.Job.ReadUnverified(job.Statement()).Value.Permits[0];
        var gateway = site.Gateways.FirstOrDefault(g => g.Key.Id == StatementKinds.Permit.SignerOf(permit));
        return gateway is null
            ? new(AgentRefusals.UnknownGateway, "The site no longer knows the gateway of this job.")
            : ReleaseCheck.Check(release, gateway.Key, request.Digest, time.GetUtcNow()).Refusal;
    }

    private AgentAnswer CancelJob(Cancel cancel)
    {
        var job = queue.Job(cancel.Job);
        if (!job.Exists)
        {
            return Unknown();
        }

        switch (job.Standing())
        {
            case JobStanding.Queued:
                job.Fail(JobFailures.Cancelled, site.Key, time);
                journal.Ended(job.Id, JobFailures.Cancelled);
                break;
            case JobStanding.Running or JobStanding.Dead:
                AtomicFile.Write(job.CancelMark, "");
                break;
            case JobStanding.Finished or JobStanding.Failed:
                break;
        }

        return new Done();
    }

    /// <summary>
    /// First the ciphertexts, then the receipt that says they are gone, then the job's folder: interrupted anywhere, the next request for
    /// the same finds out where to go on and gives the same answer.
    /// </summary>
    private async Task<AgentAnswer> PurgeJobAsync(Purge purge)
    {
        var job = queue.Job(purge.Job);
        var receipt = site.State.Receipt(purge.Job);
        if (AtomicFile.Read(receipt) is null)
        {
            if (!job.Exists)
            {
                return Unknown();
            }

            if (job.Standing() is not (JobStanding.Finished or JobStanding.Failed))
            {
                return new Refused(AgentRefusals.NotFinished, "The job has not ended; cancel it first.");
            }

            var needed = Needed(except: job.Id);
            var inputs = job.Inputs().Distinct().ToLookup(needed.Contains);
            foreach (var digest in inputs[false])
            {
                await store.DeleteAsync(digest);
            }

            var purged = new PurgeReceipt(Wire.Version, site.Name, job.Id, [.. inputs[false]], [.. inputs[true]], time.GetUtcNow());
            AtomicFile.Write(receipt, StatementKinds.PurgeReceipt.Sign(purged, site.Key).Compact);
            journal.Purged(job.Id);
        }

        if (job.Exists)
        {
            job.Delete();
        }

        File.Delete(site.State.Log(purge.Job));
        return new Purged(AtomicFile.Read(receipt)!);
    }

    private async Task<AgentAnswer> DiscardAsync(Discard discard)
    {
        if (discard.Digests.Count > AgentProtocol.MaxItems)
        {
            return TooMany();
        }

        var needed = Needed(except: null);
        foreach (var digest in discard.Digests.Where(digest => !needed.Contains(digest)))
        {
            await store.DeleteAsync(digest);
        }

        return new Done();
    }

    private HashSet<Sha256Digest> Needed(Sha256Digest? except) =>
        [.. queue.All().Where(job => job.Id != except).SelectMany(job => job.Inputs())];
}
