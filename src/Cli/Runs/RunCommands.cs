using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;

namespace Scanlock.Cli.Runs;

/// <summary><c>run</c>: experiments at the broker.</summary>
internal static class RunCommands
{
    public static IEnumerable<Command> All() =>
    [
        new Command("run", "Train and compare models on data you may not see.")
        {
            PlanCommand.Build(), SubmitCommand.Build(), List(), Status(), WatchCommand.Build(), Cancel(), ResultCommands.Results(), ResultCommands.Release(),
        },
    ];

    internal static Argument<string> Id() => new("ID") { Description = "The experiment's id." };

    /// <summary>Where a gateway answers, as the broker knows it.</summary>
    internal static async Task<KnownGateway> GatewayAsync(HostClient broker, string name, CancellationToken cancellationToken)
    {
        var gateways = await broker.GetAsync(BrokerRoutes.Gateways, ContractsJson.Strict.IReadOnlyListKnownGateway, cancellationToken);
        return gateways.FirstOrDefault(gateway => gateway.Gateway == name) ?? throw HostProblemException.Local(
            "unknown-gateway",
            $"The broker knows no gateway '{name}'; it knows {(gateways.Count == 0 ? "none" : string.Join(", ", gateways.Select(gateway => gateway.Gateway)))}.");
    }

    internal static int ExitCodeOf(ExperimentView view) =>
        view.Trials.Any(trial => trial.State == TrialStates.Refused) || view.State == TrialStates.Refused ? ExitCode.RefusedByPolicy
        : view.Trials.Any(trial => trial.State is TrialStates.Failed) ? ExitCode.Failed
        : ExitCode.Done;

    private static Command List()
    {
        var command = new Command("list", "Your experiments.") { Session.BrokerOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var views = await session.Broker(parse).GetAsync(BrokerRoutes.Experiments, ContractsJson.Strict.IReadOnlyListExperimentView, cancellationToken);
            return Output.Show(parse, views, ContractsJson.Strict.IReadOnlyListExperimentView, output =>
            {
                if (views.Count == 0)
                {
                    output.WriteLine("No experiment yet: scanlock run submit FILE");
                    return;
                }

                Output.Table(output, ["id", "name", "dataset", "site", "state", "since"], views.Select(v => (string[])[v.Id, v.Name, v.Dataset, v.Site, v.State, $"{v.At.UtcDateTime:yyyy-MM-dd HH:mm}Z"]));
            });
        });
        return command;
    }

    private static Command Status()
    {
        var id = Id();
        var command = new Command("status", "How one experiment stands.") { id, Session.BrokerOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var view = await session.Broker(parse).GetAsync(Routes.Fill(BrokerRoutes.Experiment, parse.GetRequiredValue(id)), ContractsJson.Strict.ExperimentView, cancellationToken);
            return Output.Show(parse, view, ContractsJson.Strict.ExperimentView, output => ExperimentText.Write(output, view));
        });
        return command;
    }

    private static Command Cancel()
    {
        var id = Id();
        var command = new Command("cancel", "Stop an experiment's trials and clear what was staged for them.") { id, Session.BrokerOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var view = await session.Broker(parse).PostAsync(Routes.Fill(BrokerRoutes.Cancel, parse.GetRequiredValue(id)), ContractsJson.Strict.ExperimentView, cancellationToken);
            return Output.Show(parse, view, ContractsJson.Strict.ExperimentView, output => ExperimentText.Write(output, view));
        });
        return command;
    }
}
