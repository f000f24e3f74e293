using System.Diagnostics.CodeAnalysis;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>Who sends, and into which session: the one they named, or else their own.</summary>
/// <param name="Actor">As audit entries name actors.</param>
/// <param name="Token">The upload token it is, where it is one.</param>
/// <param name="Named">The session a steward named.</param>
internal sealed record Sender(string Dataset, string Actor, string? Token, string? Named);

/// <summary>
/// The sessions objects come into just now: numbers the objects, and knows which session nobody is at. Requests come side by side, and an
/// object may take longer than a session may be idle, so neither can be read from the database. After a restart nobody is at any.
/// </summary>
internal sealed class SessionsUnderWay
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Sender, Session> _bySender = [];
    private readonly Dictionary<string, Session> _byId = new(StringComparer.Ordinal);

    /// <summary>Begins an object in the sender's session, if that is known and takes more.</summary>
    public bool TryBegin(Sender sender, [NotNullWhen(true)] out ObjectUnderWay? begun)
    {
        lock (_lock)
        {
            if (!_bySender.TryGetValue(sender, out var session))
            {
                begun = null;
                return false;
            }

            session.Objects++;
            begun = new(this, session.Id, session.NextOrdinal++);
            return true;
        }
    }

    /// <summary>Makes a session the sender's.</summary>
    /// <param name="nextOrdinal">Above every ordinal recorded in it.</param>
    public void Open(Sender sender, string id, int nextOrdinal)
    {
        lock (_lock)
        {
            // Two stewards can be at one named session.
            if (!_byId.TryGetValue(id, out var session))
            {
                session = _byId[id] = new(id, nextOrdinal);
            }

            _bySender[sender] = session;
        }
    }

    /// <summary>Whether no more objects begin in this session: their sender gets another.</summary>
    public bool IsRetired(string id)
    {
        lock (_lock)
        {
            return _byId.TryGetValue(id, out var session) && session.IsRetired;
        }
    }

    /// <summary>Lets no more objects begin in a session. False where some are still on their way in it.</summary>
    public bool Retire(string id)
    {
        lock (_lock)
        {
            return !_byId.TryGetValue(id, out var session) || Retire(session);
        }
    }

    /// <summary>Forgets a session that is closed.</summary>
    public void Forget(string id)
    {
        lock (_lock)
        {
            if (_byId.Remove(id, out var session))
            {
                Retire(session);
            }
        }
    }

    /// <summary>The sessions in which nothing begins any more and nothing is on its way.</summary>
    public IReadOnlyList<string> RunDry()
    {
        lock (_lock)
        {
            return [.. _byId.Values.Where(session => session.IsRetired && session.Objects == 0).Select(session => session.Id)];
        }
    }

    private bool Retire(Session session)
    {
        session.IsRetired = true;
        foreach (var sender in _bySender.Where(entry => entry.Value == session).Select(entry => entry.Key).ToList())
        {
            _bySender.Remove(sender);
        }

        return session.Objects == 0;
    }

    private void End(string id)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(id, out var session))
            {
                session.Objects--;
            }
        }
    }

    /// <summary>An object on its way in; ends when disposed.</summary>
    internal sealed class ObjectUnderWay(SessionsUnderWay sessions, string session, int ordinal) : IDisposable
    {
        public string Session => session;

        public int Ordinal => ordinal;

        public void Dispose() => sessions.End(session);
    }

    private sealed class Session(string id, int nextOrdinal)
    {
        public string Id => id;

        public int NextOrdinal { get; set; } = nextOrdinal;

        public int Objects { get; set; }

        public bool IsRetired { get; set; }
    }
}
