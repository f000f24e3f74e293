using System.Diagnostics.CodeAnalysis;

namespace Scanlock.Broker.Scheduling.Placement;

/// <summary>
/// Whose turn it is: the highest priority; among equals the project that has had least for its weight; of that the oldest trial. What a
/// project is given in this very decision counts at once, so that no project gets a run of turns.
/// </summary>
internal sealed class Turns
{
    private static readonly Comparer<(double Share, string Name)> s_leastFirst = Comparer<(double Share, string Name)>.Create(
        (a, b) => a.Share.CompareTo(b.Share) is var byShare and not 0 ? byShare : string.CompareOrdinal(a.Name, b.Name));
    private readonly Dictionary<string, ProjectAccount> _projects = new(StringComparer.Ordinal);
    private readonly Queue<List<Line>> _levels;
    private readonly PriorityQueue<Line, (double Share, string Name)> _open = new(s_leastFirst);
    private Line? _last;

    public Turns(PlacementSnapshot snapshot)
    {
        foreach (var share in snapshot.Projects)
        {
            _projects[share.Name] = new(share);
        }

        foreach (var placed in snapshot.Placed)
        {
            var project = Project(placed.Project);
            project.Trials++;
            var remaining = (placed.Estimated ?? TimeSpan.FromMinutes(placed.Resources.Minutes)) - (snapshot.Now - placed.Since);
            project.Expected += FairShare.Slots(placed.Resources) * Math.Max(0, remaining.TotalSeconds);
        }

        _levels = new(snapshot.Waiting
            .GroupBy(trial => PriorityOf(trial.Project, trial.Priority))
            .OrderByDescending(level => level.Key)
            .Select(level => level.GroupBy(trial => trial.Project).Select(line => new Line(Project(line.Key), Aged([.. line]))).ToList()));
    }

    public ProjectAccount Project(string name)
    {
        if (!_projects.TryGetValue(name, out var project))
        {
            _projects[name] = project = new(new(name));
        }

        return project;
    }

    public int PriorityOf(string project, int priority) => Project(project).Share.Priority + priority;

    public bool TryNext([NotNullWhen(true)] out WaitingTrial? trial)
    {
        // Only now, so that what was given at the last turn counts.
        if (_last is { IsDone: false } last)
        {
            Open(last);
        }

        _last = null;
        trial = null;
        if (_open.Count == 0)
        {
            if (!_levels.TryDequeue(out var level))
            {
                return false;
            }

            level.ForEach(Open);
        }

        _last = _open.Dequeue();
        trial = _last.Take();
        return true;
    }

    private void Open(Line line) => _open.Enqueue(line, (line.Project.Standing, line.Project.Share.Name));

    /// <summary>Oldest first. They mostly come so already, and looking is cheaper than sorting again.</summary>
    private static List<WaitingTrial> Aged(List<WaitingTrial> trials)
    {
        for (var i = 1; i < trials.Count; i++)
        {
            if (ByAge(trials[i - 1], trials[i]) > 0)
            {
                trials.Sort(ByAge);
                break;
            }
        }

        return trials;
    }

    private static int ByAge(WaitingTrial a, WaitingTrial b) =>
        a.SubmittedAt.CompareTo(b.SubmittedAt) is var byTime and not 0 ? byTime : string.CompareOrdinal(a.Id, b.Id);

    /// <summary>The waiting trials of one project and priority.</summary>
    private sealed class Line(ProjectAccount project, List<WaitingTrial> trials)
    {
        private int _next;

        public ProjectAccount Project => project;

        public bool IsDone => _next == trials.Count;

        public WaitingTrial Take() => trials[_next++];
    }
}

/// <summary>How a project stands in the course of a decision.</summary>
internal sealed class ProjectAccount(ProjectShare share)
{
    public ProjectShare Share => share;

    /// <summary>Trials it has at the sites.</summary>
    public int Trials { get; set; }

    /// <summary>Slot-seconds that its trials at the sites will probably still take.</summary>
    public double Expected { get; set; }

    /// <summary>What it has had and is about to have, for its weight.</summary>
    public double Standing => (share.UsedSeconds + Expected) / share.Weight;

    public bool IsAtLimit => share.Limit is { } limit && Trials >= limit;

    public void Give(WaitingTrial trial)
    {
        Trials++;
        var seconds = (trial.Estimated ?? TimeSpan.FromMinutes(trial.Resources.Minutes)).TotalSeconds;

        // Never for nothing, or trials that take no time would have every turn.
        Expected += FairShare.Slots(trial.Resources) * Math.Max(1, seconds);
    }
}
