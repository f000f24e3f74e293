namespace Scanlock.IntakeWorkers;

/// <summary>
/// Who is given a place at the intake, and with which worker:
/// (1) no sender has more places than its share, and long objects never have all of them, where there are several;
/// (2) of the senders who wait, the one with the fewest places is next, then the one whose last turn is longest ago, each with the object that
/// came first, so that nobody's queue is before another's first object;
/// (3) the place is one whose worker has served the dataset, else one that has served none, else the one that was idle longest.
/// Safe for use from many sides at once.
/// </summary>
/// <param name="count">How many places there are.</param>
/// <param name="share">How many one sender can have.</param>
internal sealed class WorkerPlaces(int count, int share)
{
    // What waits is held in memory by who sent it; no PACS has as many under way.
    private const int MostWaiting = 64;

    private readonly Lock turns = new();
    private readonly LinkedList<Waiter> waiting = [];
    private readonly Dictionary<string, SenderTurns> senders = new(StringComparer.Ordinal);

    // A free place's worker, or null where it has none; what was idle longest stands first.
    private readonly List<IntakeWorker?> free = [.. Enumerable.Repeat<IntakeWorker?>(null, count)];
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool isClosing;
    private int longObjects;
    private long turn;

    /// <summary>Waits for a place, which must be given back; null where none became free in time, or too many of the sender's wait.</summary>
    internal async Task<Place?> TakeAsync(ObjectOrigin origin, TimeSpan longest, CancellationToken cancellationToken)
    {
        var waiter = new Waiter(origin);
        lock (turns)
        {
            var sender = SenderOf(origin);
            if (sender.Waiting == MostWaiting)
            {
                return null;
            }

            sender.Waiting++;
            waiting.AddLast(waiter);
            Allot();
        }

        try
        {
            return await waiter.Given.Task.WaitAsync(longest, cancellationToken);
        }
        catch (TimeoutException)
        {
            return await LeaveAsync(waiter);
        }
        catch (OperationCanceledException)
        {
            if (await LeaveAsync(waiter) is { } place)
            {
                GiveBack(place, place.Worker);
            }

            throw;
        }
    }

    /// <param name="place">The place.</param>
    /// <param name="worker">The worker that is there now, if one is.</param>
    internal void GiveBack(Place place, IntakeWorker? worker)
    {
        lock (turns)
        {
            free.Add(worker);
            SenderOf(place.Origin).Places--;
            longObjects -= place.Origin.IsLong ? 1 : 0;
            Forget(place.Origin.Sender);
            Allot();
            CloseWhereDone();
        }
    }

    /// <summary>The workers of all places, once every place is free and nobody waits.</summary>
    internal async Task<IReadOnlyList<IntakeWorker>> CloseAsync()
    {
        lock (turns)
        {
            isClosing = true;
            CloseWhereDone();
        }

        await closed.Task;
        return [.. free.OfType<IntakeWorker>()];
    }

    private void CloseWhereDone()
    {
        if (isClosing && free.Count == count && waiting.Count == 0)
        {
            closed.TrySetResult();
        }
    }

    /// <summary>Waits no more. The place, where it was given in this very moment.</summary>
    private async Task<Place?> LeaveAsync(Waiter waiter)
    {
        lock (turns)
        {
            if (waiting.Remove(waiter))
            {
                SenderOf(waiter.Origin).Waiting--;
                Forget(waiter.Origin.Sender);
                return null;
            }
        }

        return await waiter.Given.Task;
    }

    private void Allot()
    {
        while (free.Count > 0 && waiting.Where(CanHave).MinBy(waiter => (SenderOf(waiter.Origin).Places, SenderOf(waiter.Origin).LastTurn)) is { } next)
        {
            waiting.Remove(next);
            var sender = SenderOf(next.Origin);
            sender.Waiting--;
            sender.Places++;
            sender.LastTurn = ++turn;
            longObjects += next.Origin.IsLong ? 1 : 0;
            var at = PlaceFor(next.Origin.Dataset);
            next.Given.SetResult(new(next.Origin, free[at]));
            free.RemoveAt(at);
        }
    }

    private bool CanHave(Waiter waiter) =>
        SenderOf(waiter.Origin).Places < share && (!waiter.Origin.IsLong || longObjects < Math.Max(1, count - 1));

    private int PlaceFor(string dataset)
    {
        var own = free.FindLastIndex(worker => worker?.Dataset == dataset);
        var fresh = own < 0 ? free.FindIndex(worker => worker is { Dataset: null }) : own;
        var empty = fresh < 0 ? free.IndexOf(null) : fresh;
        return Math.Max(0, empty);
    }

    private SenderTurns SenderOf(ObjectOrigin origin)
    {
        if (!senders.TryGetValue(origin.Sender, out var sender))
        {
            sender = senders[origin.Sender] = new();
        }

        return sender;
    }

    private void Forget(string sender)
    {
        if (senders[sender] is { Places: 0, Waiting: 0 })
        {
            senders.Remove(sender);
        }
    }

    /// <param name="Origin">Whose it is now.</param>
    /// <param name="Worker">Who is there: not always of the object's dataset, nor always alive.</param>
    internal sealed record Place(ObjectOrigin Origin, IntakeWorker? Worker);

    private sealed class Waiter(ObjectOrigin origin)
    {
        internal ObjectOrigin Origin => origin;

        internal TaskCompletionSource<Place> Given { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class SenderTurns
    {
        internal int Places { get; set; }

        internal int Waiting { get; set; }

        internal long LastTurn { get; set; }
    }
}
