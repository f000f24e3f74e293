using Scanlock.Contracts;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Scheduling.Placement;

/// <summary>One site's book in the course of a decision: what is free, what is promised, and what is kept for a trial that cannot start yet.</summary>
internal sealed class SiteLedger
{
    private const double AssumedBytesPerSecond = 20e6;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset _nextWindow;
    private readonly bool _inWindow;
    private readonly List<(DateTimeOffset At, Room Room)> _ends = [];
    private readonly List<PlacedTrial> _placed;
    private readonly HashSet<string> _stopping = new(StringComparer.Ordinal);
    private readonly HashSet<string> _experiments = new(StringComparer.Ordinal);
    private readonly Dictionary<IReadOnlyList<JobInput>, long> _missing = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Sha256Digest> _coming = [];
    private Room _free;
    private Room _promised;
    private (DateTimeOffset Start, Room Extra)? _kept;

    public SiteLedger(PlacementSite site, IEnumerable<PlacedTrial> placed, DateTimeOffset now)
    {
        (Site, _now, _placed) = (site, now, [.. placed]);
        _inWindow = site.Maintenance.Any(window => window.From <= now && now < window.Until);
        _nextWindow = site.Maintenance.Where(window => window.From > now).Select(window => window.From).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        _free = _promised = site.Capacity;
        foreach (var trial in _placed)
        {
            var room = Room.Of(trial.Resources);
            _free -= room;
            _experiments.Add(trial.Experiment);
            if (!trial.Leaving)
            {
                _promised -= room;
                var end = trial.Since + TimeSpan.FromMinutes(trial.Resources.Minutes);
                _ends.Add((end > now ? end : now, room));
            }
        }
    }

    public PlacementSite Site { get; }

    /// <summary>Why the site can take no such trial, whatever else is there; null where it can.</summary>
    public WaitReason? Bars(JobResources resources) =>
        !Room.Of(resources).FitsIn(Site.Capacity) ? WaitReason.TooLarge
        : Site.State == SiteState.Away ? WaitReason.SiteAway
        : Site.State == SiteState.Draining ? WaitReason.Draining
        : _inWindow ? WaitReason.Maintenance
        : EndOf(resources) > _nextWindow ? WaitReason.WindowTooShort
        : null;

    /// <summary>Why it cannot start at this moment; null where it can. What is kept for a larger one may be used only by a trial that is gone before, or by room it leaves over.</summary>
    public WaitReason? Delays(JobResources resources)
    {
        var need = Room.Of(resources);
        if (!need.FitsIn(_promised))
        {
            return need.FitsTheMachinesOf(_promised) ? WaitReason.SiteLimit : WaitReason.NoRoom;
        }

        if (_kept is { } kept && EndOf(resources) > kept.Start && !need.FitsIn(kept.Extra))
        {
            return WaitReason.KeptForLarger;
        }

        return need.FitsIn(_free) ? null : WaitReason.RoomBeingFreed;
    }

    public void Take(WaitingTrial trial)
    {
        _free -= Room.Of(trial.Resources);
        _experiments.Add(trial.Experiment);
        if (MissingBytes(trial.Inputs) > 0)
        {
            _coming.UnionWith(trial.Inputs.Select(input => input.Digest));
            _missing.Clear();
        }

        Promise(trial.Resources);
    }

    /// <summary>Nobody else gets this room, whether it is free yet or not.</summary>
    public void Promise(JobResources resources)
    {
        var room = Room.Of(resources);
        _promised -= room;
        _ends.Add((EndOf(resources), room));
        if (_kept is { } kept && EndOf(resources) > kept.Start)
        {
            _kept = kept with { Extra = kept.Extra - room };
        }
    }

    public bool KeepsRoom => _kept is not null;

    /// <summary>When there will be room at the latest, by the time limits of what is there; null where there never is.</summary>
    public (DateTimeOffset Start, Room Extra)? Earliest(JobResources resources)
    {
        var need = Room.Of(resources);
        var room = _promised;
        _ends.Sort((a, b) => a.At.CompareTo(b.At));
        for (var i = 0; i < _ends.Count; i++)
        {
            room += _ends[i].Room;
            var together = i + 1 < _ends.Count && _ends[i + 1].At == _ends[i].At;
            if (!together && need.FitsIn(room))
            {
                return (_ends[i].At, room - need);
            }
        }

        return null;
    }

    public void Keep((DateTimeOffset Start, Room Extra) kept) => _kept = kept;

    /// <summary>Who must be stopped to make the room: of the lowest priority first, and the youngest of those, as it loses least. Null where that is not enough.</summary>
    public List<PlacedTrial>? Victims(JobResources resources, int priority, Func<PlacedTrial, int> priorityOf)
    {
        var need = Room.Of(resources);
        var room = _promised;
        List<PlacedTrial> victims = [];
        foreach (var trial in _placed.Where(trial => trial is { Preemptible: true, Leaving: false } && priorityOf(trial) < priority && !_stopping.Contains(trial.Id))
            .OrderBy(priorityOf).ThenByDescending(trial => trial.Since).ThenBy(trial => trial.Id, StringComparer.Ordinal))
        {
            if (need.FitsIn(room))
            {
                break;
            }

            victims.Add(trial);
            room += Room.Of(trial.Resources);
        }

        if (!need.FitsIn(room))
        {
            return null;
        }

        // A later, larger victim may have made an earlier one needless.
        foreach (var trial in victims.ToList())
        {
            if (need.FitsIn(room - Room.Of(trial.Resources)))
            {
                victims.Remove(trial);
                room -= Room.Of(trial.Resources);
            }
        }

        return victims;
    }

    public void Stop(PlacedTrial victim)
    {
        var room = Room.Of(victim.Resources);
        _stopping.Add(victim.Id);
        _promised += room;
        var end = victim.Since + TimeSpan.FromMinutes(victim.Resources.Minutes);
        _ends.Remove((end > _now ? end : _now, room));
    }

    /// <summary>The smaller, the better the site suits: bytes to bring; trials of the experiment apart; processors for graphics left idle; how full it is.</summary>
    public (double StagingSeconds, bool Apart, bool WastesGpus, long Taken) Cost(WaitingTrial trial) => (
        MissingBytes(trial.Inputs) / (Site.BytesPerSecond ?? AssumedBytesPerSecond),
        !_experiments.Contains(trial.Experiment),
        trial.Resources.Gpus == 0 && Site.Gpus > 0,
        Site.Capacity.Slots - _free.Slots);

    private long MissingBytes(IReadOnlyList<JobInput> inputs)
    {
        if (!_missing.TryGetValue(inputs, out var bytes))
        {
            foreach (var input in inputs)
            {
                bytes += Site.Staged.Contains(input.Digest) || _coming.Contains(input.Digest) ? 0 : input.Bytes;
            }

            _missing[inputs] = bytes;
        }

        return bytes;
    }

    private DateTimeOffset EndOf(JobResources resources) => _now + TimeSpan.FromMinutes(resources.Minutes);
}
