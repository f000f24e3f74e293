using Scanlock.HpcAgent.Sites;

namespace Scanlock.HpcAgent.Queue;

/// <summary>Held by whoever changes the queue, one process at a time; the system lets go of it when its holder dies.</summary>
internal sealed class QueueLock : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);
    private readonly FileStream _file;

    private QueueLock(FileStream file) => _file = file;

    /// <exception cref="IOException">Another process has held it for a minute.</exception>
    public static async Task<QueueLock> TakeAsync(SiteState state, TimeProvider time, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new(new(state.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (time.GetElapsedTime(since) < s_patience)
            {
                await Task.Delay(s_pause, time, cancellationToken);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
