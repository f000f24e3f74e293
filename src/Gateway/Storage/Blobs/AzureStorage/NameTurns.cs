namespace Scanlock.Gateway.Storage.Blobs.AzureStorage;

/// <summary>One at a time for each name; names nobody waits for are forgotten.</summary>
internal sealed class NameTurns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits for a name's turn, which lasts until what is returned is disposed.</summary>
    public async Task<IDisposable> WaitAsync(string name, CancellationToken cancellationToken)
    {
        Turn turn;
        lock (_lock)
        {
            if (!_turns.TryGetValue(name, out turn!))
            {
                _turns.Add(name, turn = new(this, name));
            }

            turn.Wanted++;
        }

        try
        {
            await turn.Gate.WaitAsync(cancellationToken);
            return turn;
        }
        catch
        {
            Forget(turn);
            throw;
        }
    }

    private void Forget(Turn turn)
    {
        lock (_lock)
        {
            if (--turn.Wanted == 0)
            {
                _turns.Remove(turn.Name);
                turn.Gate.Dispose();
            }
        }
    }

    private sealed class Turn(NameTurns turns, string name) : IDisposable
    {
        public string Name => name;

        public SemaphoreSlim Gate { get; } = new(1);

        public int Wanted { get; set; }

        /// <summary>Ends one turn; the same object then stands for the next one's.</summary>
        public void Dispose()
        {
            Gate.Release();
            turns.Forget(this);
        }
    }
}
