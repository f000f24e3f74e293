using System.Text;
using Scanlock.Contracts;

namespace Scanlock.HpcAgent.Sites;

/// <summary>
/// What happened at the site, a line each, for its admin: <c>agent.log</c> in the state directory. Jobs appear by digest, statements
/// and data not at all. One old file is kept.
/// </summary>
internal sealed class Journal(SiteState state, TimeProvider time)
{
    private const long MaxBytes = 16 << 20;
    private readonly string _path = Path.Combine(state.Root, "agent.log");

    public void Accepted(Sha256Digest job) => Write($"{job} accepted");

    public void Started(Sha256Digest job) => Write($"{job} started");

    public void NotStarted(Sha256Digest job, string reason) => Write($"{job} could not be started: {reason}");

    /// <param name="how">A code of <c>JobFailures</c>, or <c>finished</c>.</param>
    public void Ended(Sha256Digest job, string how) => Write($"{job} ended: {how}");

    public void Purged(Sha256Digest job) => Write($"{job} purged");

    public void Damaged(Sha256Digest input) => Write($"{input} is missing or damaged on this disk; it has to be sent again");

    public void Refused(string code, string sentence) => Write($"refused, {code}: {sentence}");

    public void Stopped(bool stopped) => Write(stopped ? "kill switch on" : "kill switch off");

    private void Write(string what)
    {
        if (new FileInfo(_path) is { Exists: true, Length: > MaxBytes })
        {
            File.Move(_path, $"{_path}.1", overwrite: true);
        }

        // One write in append mode: lines of several processes do not mix.
        using var file = new FileStream(_path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(Encoding.UTF8.GetBytes($"{time.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {what.ReplaceLineEndings(" ")}\n"));
    }
}
