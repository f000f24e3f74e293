namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>
/// Makes the same thing durable for many threads: those that come while it is being done wait for the next time, which one of them does for all.
/// </summary>
internal sealed class SharedSynchronisation(Action synchronise)
{
    private readonly object _lock = new();
    private long _asked;
    private long _done;
    private bool _isRunning;

    /// <summary>Returns once it was done from beginning to end after this was called.</summary>
    public void Run()
    {
        lock (_lock)
        {
            var mine = ++_asked;
            while (_done < mine)
            {
                if (_isRunning)
                {
                    Monitor.Wait(_lock);
                }
                else
                {
                    RunForAll();
                }
            }
        }
    }

    /// <summary>Where it fails, this thread is told, and another of those that wait tries for itself.</summary>
    private void RunForAll()
    {
        var upTo = _asked;
        _isRunning = true;
        Monitor.Exit(_lock);
        try
        {
            synchronise();
        }
        catch
        {
            upTo = 0;
            throw;
        }
        finally
        {
            Monitor.Enter(_lock);
            _isRunning = false;
            _done = Math.Max(_done, upTo);
            Monitor.PulseAll(_lock);
        }
    }
}
