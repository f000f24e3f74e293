using Scanlock.Contracts.Intake;

namespace Scanlock.IntakeWorkers;

/// <summary>
/// Ends a worker that is silent for too long when it is its turn: when it neither waits for more of the object nor for what it said to be
/// received. A slow sender or a slow store is not the worker's fault.
/// </summary>
internal sealed class TurnWatch : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250);

    private readonly Action end;
    private readonly Timer timer;
    private long since = Environment.TickCount64;
    private volatile bool awaitsContent;
    private volatile bool receives;
    private volatile bool isTimeUp;

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

    internal void Moved() => Volatile.Write(ref since, Environment.TickCount64);

    public void Dispose() => timer.Dispose();

    private void Look()
    {
        if (!awaitsContent && !receives && Environment.TickCount64 - Volatile.Read(ref since) > IntakeProtocol.ObjectTime.TotalMilliseconds)
        {
            isTimeUp = true;
            end();
        }
    }
}
