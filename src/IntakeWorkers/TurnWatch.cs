using Scanlock.Contracts.Intake;

namespace Scanlock.IntakeWorkers;

/// <summary>
/// Ends a worker that is silent for too long when it is its turn: when it neither waits for more of the object nor for what it said to be
/// received. A slow sender or a slow store is not the worker's fault. Ends it too when all its turns together took longer than what it was
/// given and what it said are worth, so that an object cannot keep it busy by a word now and then.
/// </summary>
internal sealed class TurnWatch : IDisposable
{
    // A loaded machine's worker reads and says some 40 MiB in a second.
    private const long GivenBytesPerSecond = 1 << 20;
    private const long SaidBytesPerSecond = 8 << 20;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    private readonly Action end;
    private readonly Timer timer;
    private long since = Environment.TickCount64;
    private volatile bool awaitsContent;
    private volatile bool receives;
    private volatile bool isTimeUp;
    private long worth = (long)IntakeProtocol.ObjectTime.TotalMilliseconds;
    private long lastLook = Environment.TickCount64;
    private long spent;

    internal TurnWatch(Action end)
    {
        this.end = end;
        timer = new Timer(_ => Look(), null, s_look, s_look);
    }

    internal bool IsTimeUp => isTimeUp;

    internal bool AwaitsContent
    {
        set
        {
            awaitsContent = value;
            Moved();
        }
    }

    internal bool Receives
    {
        set
        {
            receives = value;
            Moved();
        }
    }

    /// <summary>It is given a part of the object.</summary>
    internal void Gives(long bytes) => Interlocked.Add(ref worth, bytes * 1000 / GivenBytesPerSecond);

    /// <summary>It has said something.</summary>
    internal void Heard(long bytes) => Interlocked.Add(ref worth, bytes * 1000 / SaidBytesPerSecond);

    internal void Moved() => Volatile.Write(ref since, Environment.TickCount64);

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        var now = Environment.TickCount64;
        var isItsTurn = !awaitsContent && !receives;
        spent += isItsTurn ? now - lastLook : 0;
        lastLook = now;
        if (isItsTurn && (now - Volatile.Read(ref since) > IntakeProtocol.ObjectTime.TotalMilliseconds || spent > Interlocked.Read(ref worth)))
        {
            isTimeUp = true;
            end();
        }
    }
}
