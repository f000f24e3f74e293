using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;
using Scanlock.HpcAgent.Running;
using Scanlock.HpcAgent.Sites;
using Scanlock.Processes;

namespace Scanlock.HpcAgent.Queue;

/// <summary>
/// The local scheduler. It has no process of its own and no memory: the job folders are the queue, and whoever holds the lock moves it
/// on, a serve at each call and a run-step at its end.
/// </summary>
internal sealed class LocalQueue(Site site, Journal journal, TimeProvider time)
{
    public JobFolder Job(Sha256Digest id) => new(site.State, id);

    /// <summary>All jobs that were not purged, oldest first.</summary>
    public IReadOnlyList<JobFolder> All() =>
    [
        .. new DirectoryInfo(site.State.Jobs).EnumerateDirectories()
            .OrderBy(folder => new FileInfo(Path.Combine(folder.FullName, "job.jws")).LastWriteTimeUtc)
            .ThenBy(folder => folder.Name, StringComparer.Ordinal)
            .Select(folder => Sha256Digest.TryParse($"sha256:{folder.Name}", out var id) ? Job(id) : null)
            .OfType<JobFolder>(),
    ];

    public Task<QueueLock> LockAsync(CancellationToken cancellationToken) => QueueLock.TakeAsync(site.State, time, cancellationToken);

    /// <summary>
    /// Under the lock: ends jobs whose runner died as <c>lost</c>, and starts the oldest waiting ones while there is room.
    /// </summary>
    public void Advance()
    {
        var running = 0;
        var waiting = new List<JobFolder>();
        foreach (var job in All())
        {
            switch (job.Standing())
            {
                case JobStanding.Queued:
                    waiting.Add(job);
                    break;
                case JobStanding.Running:
                    running++;
                    break;
                case JobStanding.Dead:
                    EndLost(job);
                    break;
            }
        }

        if (!site.IsStopped)
        {
            waiting.Take(site.Caps.Jobs - running).ToList().ForEach(Start);
        }
    }

    /// <summary>Under the lock: removes job folders that a killed process had half made or half deleted.</summary>
    public void RemoveLeftovers()
    {
        foreach (var folder in Directory.EnumerateDirectories(site.State.Jobs, ".*"))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void EndLost(JobFolder job)
    {
        // A sandbox dies with its runner and takes its memory along; without one, files in memory stay behind.
        var memory = HolderProcess.MemoryFolder(job.Id);
        if (Directory.Exists(memory))
        {
            Directory.Delete(memory, recursive: true);
        }

        job.Fail(JobFailures.Lost, site.Key, time);
        journal.Ended(job.Id, JobFailures.Lost);
    }

    private void Start(JobFolder job)
    {
        try
        {
            var program = AgentProgram.Start("run-step", "--site", site.File, "--job", job.Id.Hex);
            var process = ProgramRunner.StartDetached(program, site.State.Log(job.Id));
            if (RunnerIdentity.Of(process) is { } runner)
            {
                AtomicFile.Write(job.Started, runner.ToString());
                journal.Started(job.Id);
            }
            else
            {
                EndLost(job);
            }
        }
        catch (ProgramStartException e)
        {
            journal.NotStarted(job.Id, e.Message);
            job.Fail(JobFailures.SiteRefused, site.Key, time);
        }
    }
}
