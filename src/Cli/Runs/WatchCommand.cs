using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;

namespace Scanlock.Cli.Runs;

/// <summary><c>run watch</c>: a line each time something changes, until every trial has ended. Where people must agree first it says who, and waits on.</summary>
internal static class WatchCommand
{
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(1);

    private static readonly HashSet<string> s_ended = new([TrialStates.Finished, TrialStates.Failed, TrialStates.Refused, TrialStates.Cancelled, TrialStates.Stopped], StringComparer.Ordinal);

    /// <summary>Of more trials than these, only how many are in which state is said.</summary>
    private const int MostFollowed = 20;

    public static Command Build()
    {
        var id = RunCommands.Id();
        var command = new Command("watch", "Follow an experiment to its end. Exits 1 when a trial failed, 3 when one was refused.") { id, Session.BrokerOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            return await WatchAsync(parse, session.Broker(parse), parse.GetRequiredValue(id), cancellationToken);
        });
        return command;
    }

    public static async Task<int> WatchAsync(ParseResult parse, HostClient broker, string id, CancellationToken cancellationToken)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        var asked = false;
        while (true)
        {
            var view = await broker.GetAsync(Routes.Fill(BrokerRoutes.Experiment, id), ContractsJson.Strict.ExperimentView, cancellationToken);
            if (!asked && ExperimentText.WaitsFor(view) is { } people)
            {
                asked = true;
                await parse.InvocationConfiguration.Error.WriteLineAsync(people);
            }

            foreach (var (about, line) in Lines(view).Where(entry => said.GetValueOrDefault(entry.About) != entry.Line))
            {
                said[about] = line;
                await parse.InvocationConfiguration.Error.WriteLineAsync($"{about}  {line}");
            }

            if (view.Trials.All(trial => s_ended.Contains(trial.State)))
            {
                Output.Show(parse, view, ContractsJson.Strict.ExperimentView, output => ExperimentText.Write(output, view));
                return RunCommands.ExitCodeOf(view);
            }

            await Task.Delay(s_pace, cancellationToken);
        }
    }

    private static IEnumerable<(string About, string Line)> Lines(ExperimentView view) => view.Trials.Count > MostFollowed
        ? [(view.Id, ExperimentText.Counts(view))]
        : view.Trials.Select(trial => (trial.Id, ExperimentText.Line(view, trial)));
}
