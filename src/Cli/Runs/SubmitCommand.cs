using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;

namespace Scanlock.Cli.Runs;

/// <summary><c>run submit</c>: hands an experiment to the broker, with a token that lets it ask the gateway in the person's name.</summary>
internal static class SubmitCommand
{
    public static Command Build()
    {
        var file = new Argument<FileInfo>("FILE") { Description = "The experiment, YAML or JSON." };
        var watch = new Option<bool>("--watch") { Description = "Stay and show how it goes." };
        var command = new Command("submit", "Hand in an experiment. Exits 3 when a policy refuses it.") { file, watch, Session.BrokerOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            ExperimentSpec spec;
            try
            {
                spec = await ExperimentFile.ReadAsync(parse.GetRequiredValue(file), cancellationToken);
            }
            catch (FormatException e)
            {
                return Failure.Report(parse, ExitCode.Failed, "bad-experiment", e.Message);
            }

            using var session = Session.Of(parse);
            var broker = session.Broker(parse);
            var known = await RunCommands.GatewayAsync(broker, spec.Gateway, cancellationToken);
            var token = await new HostClient(session, known.Url).DelegateAsync("request read", cancellationToken);
            var view = await broker.PostAsync(
                BrokerRoutes.Experiments, new SubmitExperiment(Guid.NewGuid().ToString(), spec, token), ContractsJson.Strict.SubmitExperiment, ContractsJson.Strict.ExperimentView, cancellationToken);
            return parse.GetValue(watch)
                ? await WatchCommand.WatchAsync(parse, broker, view.Id, cancellationToken)
                : Show(parse, view);
        });
        return command;
    }

    private static int Show(ParseResult parse, ExperimentView view)
    {
        Output.Show(parse, view, ContractsJson.Strict.ExperimentView, output =>
        {
            ExperimentText.Write(output, view);
            output.WriteLine();
            output.WriteLine($"Follow it: scanlock run watch {view.Id}");
        });
        return RunCommands.ExitCodeOf(view);
    }
}
