using System.Globalization;
using Scanlock.Contracts;
using Scanlock.Contracts.Agent;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;
using Scanlock.HpcAgent.Sites;

namespace Scanlock.HpcAgent.Queue;

/// <summary>How a job stands by its files.</summary>
internal enum JobStanding
{
    Queued,
    Running,

    /// <summary>Its runner died without saying how the job ended.</summary>
    Dead,
    Finished,
    Failed,
}

/// <summary>
/// One job as it lies on the disk. Its files are its state: <c>job.jws</c> alone is queued, with a living runner it runs, with
/// <c>bundle.jws</c> it has finished, with <c>failure.jws</c> it has failed. All are statements or ciphertext, each written whole.
/// </summary>
internal sealed class JobFolder(SiteState state, Sha256Digest id)
{
    public Sha256Digest Id => id;

    public string Path { get; } = state.Job(id);

    public bool Exists => Directory.Exists(Path);

    /// <summary>Who has taken the job; written once, by the runner itself.</summary>
    public string Claim => File("claim");

    /// <summary>Who was started for it, in case it dies before it can claim.</summary>
    public string Started => File("started");

    /// <summary>There once the job is to stop.</summary>
    public string CancelMark => File("cancel");

    /// <summary>The key request that waits for an answer.</summary>
    public string Request => File("request.jws");

    public string Bundle => File("bundle.jws");

    public string Failure => File("failure.jws");

    /// <summary>A sealed part of the result.</summary>
    public string Part(string part) => File($"{part}.c4gh");

    /// <summary>The answer to one key request: a release, or nothing in it where the gateway refused.</summary>
    public string Answer(Sha256Digest request) => File($"answer-{request.Hex}.jws");

    public string Statement() => System.IO.File.ReadAllText(File("job.jws"));

    public JobStanding Standing()
    {
        // A runner writes how it ended before it ends: looking at the runner first, then at the end, never takes a finished job for a dead one.
        var runner = Runner();
        var alive = runner?.IsAlive == true;
        return System.IO.File.Exists(Failure) ? JobStanding.Failed
            : System.IO.File.Exists(Bundle) ? JobStanding.Finished
            : runner is null ? JobStanding.Queued
            : alive ? JobStanding.Running
            : JobStanding.Dead;
    }

    /// <summary>Who runs it or was to; null while it is queued.</summary>
    public RunnerIdentity? Runner() => (AtomicFile.Read(Claim) ?? AtomicFile.Read(Started)) is { } text ? RunnerIdentity.Parse(text) : null;

    /// <summary>The ciphertexts it needs.</summary>
    public IReadOnlyList<Sha256Digest> Inputs() => [.. System.IO.File.ReadLines(File("inputs")).Select(Sha256Digest.Parse)];

    /// <summary>Makes the folder of an accepted job, whole or not at all.</summary>
    public void Create(string compact, IEnumerable<Sha256Digest> inputs)
    {
        var temporary = System.IO.Path.Combine(state.Jobs, $".new-{Guid.NewGuid():n}");
        Directory.CreateDirectory(temporary, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        AtomicFile.Write(System.IO.Path.Combine(temporary, "job.jws"), compact);
        AtomicFile.Write(System.IO.Path.Combine(temporary, "inputs"), string.Join('\n', inputs));
        Directory.Move(temporary, Path);
    }

    public void Delete()
    {
        var doomed = System.IO.Path.Combine(state.Jobs, $".old-{Guid.NewGuid():n}");
        Directory.Move(Path, doomed);
        Directory.Delete(doomed, recursive: true);
    }

    public void AddProgress(Statement<Progress> progress) => AtomicFile.Write(ProgressFile(progress.Value.Sequence), progress.Compact);

    /// <summary>Ends the job as failed, by a last progress statement; nothing happens where it has ended.</summary>
    public void Fail(string failure, SigningKey key, TimeProvider time)
    {
        if (System.IO.File.Exists(Bundle))
        {
            return;
        }

        var sequence = 1;
        while (System.IO.File.Exists(ProgressFile(sequence)))
        {
            sequence++;
        }

        var last = new Progress(Wire.Version, id, sequence, 0, 0, new Dictionary<string, double>(), failure, time.GetUtcNow());
        AtomicFile.TryCreate(Failure, StatementKinds.Progress.Sign(last, key).Compact);
    }

    /// <summary>How it stands, with what it has said after a sequence number, and no more than there is room for.</summary>
    public JobStatus Status(int after, int room, SigningKey key)
    {
        var standing = Standing();
        var progress = new List<string>();
        for (var next = Math.Max(after, 0) + 1; progress.Count < room && AtomicFile.Read(ProgressFile(next)) is { } compact; next++)
        {
            progress.Add(compact);
        }

        string? failure = null;
        if (standing == JobStanding.Failed)
        {
            var compact = AtomicFile.Read(Failure)!;
            var last = StatementKinds.Progress.Verify(compact, key.Public).Value;
            failure = last.Failure;
            if (progress.Count < room && last.Sequence == Math.Max(after, 0) + progress.Count + 1)
            {
                progress.Add(compact);
            }
        }

        var pending = standing == JobStanding.Running ? PendingRequest(key) : null;
        var bundle = standing == JobStanding.Finished ? AtomicFile.Read(Bundle) : null;
        return new(id, NameOf(standing), pending?.Compact, progress, bundle, failure);
    }

    /// <summary>The key request that nobody has answered yet.</summary>
    /// <remarks>
    /// The runner deletes an answered request, then its answer: a request that is still there when no answer is has none. One read before
    /// could be one whose answer has come and gone since.
    /// </remarks>
    public Statement<KeyRequest>? PendingRequest(SigningKey key) =>
        AtomicFile.Read(Request) is { } compact && StatementKinds.KeyRequest.Verify(compact, key.Public) is var request
        && !System.IO.File.Exists(Answer(request.Digest)) && AtomicFile.Read(Request) == compact
            ? request
            : null;

    // A dead runner's job is running until the queue has noted how it ended.
    private static string NameOf(JobStanding standing) => standing switch
    {
        JobStanding.Queued => JobStates.Queued,
        JobStanding.Running or JobStanding.Dead => JobStates.Running,
        JobStanding.Finished => JobStates.Finished,
        JobStanding.Failed => JobStates.Failed,
        _ => throw new ArgumentOutOfRangeException(nameof(standing)),
    };

    private string ProgressFile(int sequence) => File(string.Create(CultureInfo.InvariantCulture, $"progress-{sequence:d6}.jws"));

    private string File(string name) => System.IO.Path.Combine(Path, name);
}
