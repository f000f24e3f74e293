using Scanlock.Contracts;

namespace Scanlock.Broker.Scheduling.Placement.Simulation;

/// <summary>
/// Replays a trace through <see cref="PlacementPolicy"/> in simulated time: what comes and what ends moves the clock, and at each such
/// moment the policy decides. A trial whose data are not at its site holds its slot while they are brought; one that was stopped goes on
/// from its last checkpoint.
/// </summary>
internal sealed class Simulator
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UnixEpoch;
    private readonly SimulationSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Queue<SimulatedTrial> _coming;
    private readonly Dictionary<string, SimulatedProject> _projects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<Sha256Digest>> _staged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Life> _lives = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Life Life, PlacedTrial Placed)> _placed = new(StringComparer.Ordinal);
    private readonly PriorityQueue<(string Trial, int Start), double> _ends = new();
    private readonly List<PlacementSite> _sites;
    private readonly IReadOnlyList<string> _everywhere;
    private List<WaitingTrial> _waiting = [];
    private IReadOnlyList<PlacementAct> _last = [];
    private double _now;
    private double? _again;
    private double _busy;
    private int _decisions;
    private int _preemptions;
    private long _stagedBytes;
    private TimeSpan _longest;

    private Simulator(IReadOnlyList<SimulatedTrial> trace, SimulationSettings settings, TimeProvider clock)
    {
        (_settings, _clock) = (settings, clock);
        _coming = new(trace.OrderBy(trial => trial.At).ThenBy(trial => trial.Id, StringComparer.Ordinal));
        _sites = [.. settings.Sites.Select(site => site with { Staged = _staged[site.Name] = [.. site.Staged] })];
        _everywhere = [.. settings.Sites.Select(site => site.Name)];
        foreach (var project in trace.Select(trial => trial.Project).Distinct().Order(StringComparer.Ordinal))
        {
            _projects[project] = new(settings.Projects.FirstOrDefault(share => share.Name == project) ?? new(project));
        }

        _now = _coming.TryPeek(out var first) ? first.At : 0;
    }

    /// <param name="clock">Only measures how long decisions take.</param>
    public static SimulationReport Run(IReadOnlyList<SimulatedTrial> trace, SimulationSettings settings, TimeProvider clock) =>
        new Simulator(trace, settings, clock).Run();

    private SimulationReport Run()
    {
        var begin = _now;
        while (NextMoment() is { } moment)
        {
            Advance(moment);
            Take();
            if (_waiting.Count > 0)
            {
                Decide();
            }
        }

        var slots = _settings.Sites.Sum(site => (double)(site.Gpus ?? site.Slots ?? 0));
        return new(
            _lives.Count, _now - begin, slots > 0 && _now > begin ? _busy / (slots * (_now - begin)) : 0,
            Fairness.Jain([.. _projects.Values.Select(project => project.Outcome.Share).OfType<double>()]),
            [.. _projects.Values.Select(project => project.Outcome)], _waiting.Count == 0 ? [] : [.. _last.OfType<PlacementAct.Wait>()],
            _decisions, _preemptions, _stagedBytes, _longest);
    }

    /// <summary>When something comes, ends or opens next, on the grid of the broker's rounds.</summary>
    private double? NextMoment()
    {
        double? next = _coming.TryPeek(out var trial) ? trial.At : null;
        next = _ends.TryPeek(out _, out var end) ? Math.Min(next ?? end, end) : next;
        next = _waiting.Count > 0 && NextWindow() is { } window ? Math.Min(next ?? window, window) : next;
        next = _again is { } again ? Math.Min(next ?? again, again) : next;
        return next is { } moment ? Math.Max(_now, Math.Ceiling(moment / _settings.RoundSeconds) * _settings.RoundSeconds) : null;
    }

    private double? NextWindow() => _settings.Sites.SelectMany(site => site.Maintenance).Select(window => (window.Until - s_start).TotalSeconds)
        .Where(until => until > _now).Select(until => (double?)until).Min();

    private void Advance(double moment)
    {
        var wanting = _projects.Values.Where(project => project.Waiting > 0).ToList();
        var (contended, weights) = wanting.Count > 1 ? (wanting.Sum(project => project.Slots), wanting.Sum(project => project.Weight)) : (0, 1);
        foreach (var project in _projects.Values)
        {
            project.Advance(moment - _now, _settings.HalfLife, contended, weights);
        }

        _now = moment;
        while (_ends.TryPeek(out var ended, out var at) && at <= _now)
        {
            _ends.Dequeue();
            if (_placed.TryGetValue(ended.Trial, out var placed) && placed.Life.Starts == ended.Start)
            {
                Leave(placed.Life, placed.Placed, at);
                placed.Life.Left = 0;
            }
        }
    }

    private void Take()
    {
        while (_coming.TryPeek(out var trial) && trial.At <= _now)
        {
            _coming.Dequeue();
            Await(_lives[trial.Id] = new(trial));
        }
    }

    private void Await(Life life)
    {
        var trial = life.Trial;
        _projects[trial.Project].Waiting++;
        _waiting.Add(new(
            trial.Id, trial.Experiment, trial.Project, At(trial.At), trial.Resources, trial.Sites.Count == 0 ? _everywhere : trial.Sites, trial.Inputs,
            trial.Priority, TimeSpan.FromSeconds(life.Left)));
    }

    private void Decide()
    {
        var snapshot = new PlacementSnapshot(
            At(_now), _sites, [.. _projects.Values.Select(project => project.Share)], _waiting, [.. _placed.Values.Select(placed => placed.Placed)]);
        _again = null;
        var begun = _clock.GetTimestamp();
        _last = PlacementPolicy.Decide(snapshot);
        var took = _clock.GetElapsedTime(begun);
        _longest = took > _longest ? took : _longest;
        _decisions++;
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var act in _last)
        {
            switch (act)
            {
                case PlacementAct.Place place:
                    Start(_lives[place.Trial], place.Site);
                    gone.Add(place.Trial);
                    break;
                case PlacementAct.Preempt preempt:
                    Stop(preempt.Trial);

                    // Its room is free at the next round.
                    _again = _now + _settings.RoundSeconds;
                    break;
            }
        }

        _waiting = gone.Count == 0 ? _waiting : [.. _waiting.Where(trial => !gone.Contains(trial.Id))];
    }

    private void Start(Life life, string site)
    {
        var trial = life.Trial;
        var project = _projects[trial.Project];
        project.Waiting--;
        project.Slots += FairShare.Slots(trial.Resources);
        if (life.Starts++ == 0)
        {
            project.Waits.Add(_now - trial.At);
        }

        var missing = trial.Inputs.Where(input => _staged[site].Add(input.Digest)).Sum(input => input.Bytes);
        _stagedBytes += missing;
        life.RunsFrom = _now + (missing / (_settings.Sites.First(known => known.Name == site).BytesPerSecond ?? SimulationSettings.BytesPerSecond));
        _placed[trial.Id] = (life, new(
            trial.Id, trial.Experiment, trial.Project, site, At(_now), trial.Resources, trial.Priority, trial.Preemptible, false, TimeSpan.FromSeconds(life.RunsFrom - _now + life.Left)));
        _ends.Enqueue((trial.Id, life.Starts), life.RunsFrom + life.Left);
    }

    /// <summary>Stopped at once: it waits again, with what it had done up to its last checkpoint.</summary>
    private void Stop(string trial)
    {
        var (life, placed) = _placed[trial];
        Leave(life, placed, _now);
        _preemptions++;
        var done = Math.Max(0, _now - life.RunsFrom);
        life.Left -= Math.Floor(done / SimulationSettings.CheckpointSeconds) * SimulationSettings.CheckpointSeconds;
        Await(life);
    }

    private void Leave(Life life, PlacedTrial placed, double at)
    {
        _placed.Remove(placed.Id);
        var slots = FairShare.Slots(placed.Resources);
        _projects[placed.Project].Slots -= slots;
        _busy += slots * Math.Max(0, at - life.RunsFrom);
    }

    private static DateTimeOffset At(double seconds) => s_start.AddSeconds(seconds);

    private sealed class Life(SimulatedTrial trial)
    {
        public SimulatedTrial Trial => trial;

        /// <summary>Seconds it still has to run.</summary>
        public double Left { get; set; } = trial.Seconds;

        public int Starts { get; set; }

        public double RunsFrom { get; set; }
    }
}

/// <param name="RoundSeconds">How often the broker decides.</param>
internal sealed record SimulationSettings(IReadOnlyList<PlacementSite> Sites, IReadOnlyList<ProjectShare> Projects, TimeSpan HalfLife, double RoundSeconds = 1)
{
    /// <summary>Where a site does not say how fast it is staged to.</summary>
    public const double BytesPerSecond = 100e6;

    /// <summary>How often a trial saves a checkpoint.</summary>
    public const double CheckpointSeconds = 60;
}
