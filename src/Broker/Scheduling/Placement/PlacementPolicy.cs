using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Scheduling.Placement;

/// <summary>
/// Decides which waiting trials go to which sites. Pure: the same snapshot gives the same acts.
/// <list type="number">
/// <item>Trials take turns: by priority, then by what their project has had for its weight, then by age (<see cref="Turns"/>).</item>
/// <item>Each gets the site that suits best of those with room: least to stage, where its experiment is, no graphics processors left idle.</item>
/// <item>The first that finds no room at a site has it kept: later ones may go there only if they end before it could start, or fit beside
/// it (back-filling, as in D. A. Lifka: The ANL/IBM SP scheduling system, JSSPP 1995). So small trials fill gaps and starve no large one.</item>
/// <item>Where trials of lower priority that may be preempted hold the room, they are stopped for it.</item>
/// <item>Each that is not placed has a reason.</item>
/// </list>
/// It never leaves a slot idle for a trial that could use it now, so a site without the data may be chosen while the one with it is full.
/// </summary>
internal static class PlacementPolicy
{
    public static IReadOnlyList<PlacementAct> Decide(PlacementSnapshot snapshot) => new Round(snapshot).Decide();

    private sealed class Round
    {
        private readonly Turns _turns;
        private readonly Dictionary<string, SiteLedger> _sites = new(StringComparer.Ordinal);
        private readonly Dictionary<IReadOnlyList<string>, int> _choices = new(ReferenceEqualityComparer.Instance);
        private readonly Dictionary<(int Choice, string Project, int Priority, JobResources Resources), (WaitReason Reason, string? Site)> _stuck = [];
        private readonly List<PlacementAct> _acts;

        public Round(PlacementSnapshot snapshot)
        {
            (_turns, _acts) = (new(snapshot), new(snapshot.Waiting.Count));
            var placed = snapshot.Placed.ToLookup(trial => trial.Site);
            foreach (var site in snapshot.Sites)
            {
                _sites[site.Name] = new(site, placed[site.Name], snapshot.Now);
            }
        }

        public List<PlacementAct> Decide()
        {
            while (_turns.TryNext(out var trial))
            {
                if (!_choices.TryGetValue(trial.Sites, out var choice))
                {
                    _choices[trial.Sites] = choice = _choices.Count;
                }

                // Room only shrinks in the course of a decision: where one found none, the next like it finds none either.
                var kind = (choice, trial.Project, trial.Priority, trial.Resources);
                if (_stuck.TryGetValue(kind, out var stuck))
                {
                    _acts.Add(new PlacementAct.Wait(trial.Id, stuck.Reason, stuck.Site));
                }
                else if (TurnOf(trial) is { Reason: not WaitReason.RoomBeingFreed } wait)
                {
                    _stuck[kind] = (wait.Reason, wait.Site);
                }
            }

            return _acts;
        }

        /// <returns>Why it waits; null where it is placed.</returns>
        private PlacementAct.Wait? TurnOf(WaitingTrial trial)
        {
            if (_turns.Project(trial.Project).IsAtLimit)
            {
                return Wait(trial, WaitReason.ProjectLimit, null);
            }

            var open = new List<SiteLedger>();
            var nearest = (Reason: WaitReason.NoSite, Site: (SiteLedger?)null);
            foreach (var site in trial.Sites.Select(_sites.GetValueOrDefault).OfType<SiteLedger>())
            {
                var reason = site.Bars(trial.Resources) ?? site.Delays(trial.Resources);
                if (reason is null)
                {
                    open.Add(site);
                }
                else if (reason > nearest.Reason || nearest.Site is null)
                {
                    nearest = (reason.Value, site);
                }
            }

            if (open.Count == 0)
            {
                return Delay(trial, nearest.Reason, nearest.Site);
            }

            var best = open.MinBy(site => (site.Cost(trial), site.Site.Name), s_cheapest)!;
            best.Take(trial);
            _turns.Project(trial.Project).Give(trial);
            _acts.Add(new PlacementAct.Place(trial.Id, best.Site.Name));
            return null;
        }

        private PlacementAct.Wait Delay(WaitingTrial trial, WaitReason reason, SiteLedger? site)
        {
            if (reason == WaitReason.RoomBeingFreed)
            {
                // It has the next room there, so nobody else gets it.
                site!.Promise(trial.Resources);
                _turns.Project(trial.Project).Give(trial);
                return Wait(trial, reason, site);
            }

            var full = trial.Sites.Select(_sites.GetValueOrDefault).OfType<SiteLedger>()
                .Where(candidate => candidate.Bars(trial.Resources) is null && !candidate.KeepsRoom)
                .DistinctBy(candidate => candidate.Site.Name)
                .ToList();
            if (Preempt(trial, full) is { } freed)
            {
                return Wait(trial, WaitReason.RoomBeingFreed, freed);
            }

            var soonest = full.Select(candidate => (Site: candidate, Room: candidate.Earliest(trial.Resources))).Where(candidate => candidate.Room is not null)
                .OrderBy(candidate => candidate.Room!.Value.Start).ThenBy(candidate => candidate.Site.Site.Name, StringComparer.Ordinal).FirstOrDefault();
            soonest.Site?.Keep(soonest.Room!.Value);
            return Wait(trial, reason, site);
        }

        private SiteLedger? Preempt(WaitingTrial trial, List<SiteLedger> full)
        {
            var priority = _turns.PriorityOf(trial.Project, trial.Priority);
            var cheapest = full.Select(site => (Site: site, Victims: site.Victims(trial.Resources, priority, placed => _turns.PriorityOf(placed.Project, placed.Priority))))
                .Where(choice => choice.Victims is not null)
                .OrderBy(choice => choice.Victims!.Count).ThenBy(choice => choice.Site.Site.Name, StringComparer.Ordinal)
                .FirstOrDefault();
            if (cheapest.Site is not { } site)
            {
                return null;
            }

            foreach (var victim in cheapest.Victims!)
            {
                site.Stop(victim);
                _acts.Add(new PlacementAct.Preempt(victim.Id, trial.Id));
            }

            site.Promise(trial.Resources);
            _turns.Project(trial.Project).Give(trial);
            return site;
        }

        private PlacementAct.Wait Wait(WaitingTrial trial, WaitReason reason, SiteLedger? site)
        {
            var wait = new PlacementAct.Wait(trial.Id, reason, site?.Site.Name);
            _acts.Add(wait);
            return wait;
        }

        private static readonly Comparer<((double StagingSeconds, bool Apart, bool WastesGpus, long Taken) Cost, string Name)> s_cheapest =
            Comparer<((double StagingSeconds, bool Apart, bool WastesGpus, long Taken) Cost, string Name)>.Create(
                (a, b) => a.Cost.CompareTo(b.Cost) is var byCost and not 0 ? byCost : string.CompareOrdinal(a.Name, b.Name));
    }
}
