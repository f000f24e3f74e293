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

    /// <summary>Makes a session the sender's, unless it was retired meanwhile.</summary>
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

            if (!session.IsRetired)
            {
                _bySender[sender] = session;
            }
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

    /// <summary>Whether objects are on their way in this session.</summary>
    public bool IsBusy(string id)
    {
        lock (_lock)
        {
            return IsBusyHere(id);
        }
    }

    /// <summary>Lets no more objects begin in a session. False where some are still on their way in it.</summary>
    public bool Retire(string id)
    {
        lock (_lock)
        {
            return Retire(Known(id));
        }
    }

    /// <summary>Lets no more objects begin in any of these sessions; changes nothing and is false where some are on their way in one.</summary>
    public bool TryRetire(IReadOnlyCollection<string> ids)
    {
        lock (_lock)
        {
            return !ids.Any(IsBusyHere) && ids.All(id => Retire(Known(id)));
        }
    }

    /// <summary>
    /// Forgets the sessions in which nothing begins any more and nothing is on its way: one that is closed is found closed, and one whose
    /// closing came to nothing goes on. Only for an act, so that no closing is between its decision and its row.
    /// </summary>
    public void ForgetRetired()
    {
        lock (_lock)
        {
            foreach (var id in _byId.Where(entry => entry.Value is { IsRetired: true, Objects: 0 }).Select(entry => entry.Key).ToList())
            {
                _byId.Remove(id);
            }
        }
    }

    private bool IsBusyHere(string id) => _byId.TryGetValue(id, out var session) && session.Objects > 0;

    // A session nobody was at yet is put down too, so that nothing begins in it between its closing's decision and its row. Its ordinals are
    // never used: it is forgotten before anything begins in it again.
    private Session Known(string id)
    {
        if (!_byId.TryGetValue(id, out var session))
        {
            session = _byId[id] = new(id, 0);
        }

        return session;
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
