using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;

namespace Scanlock.Cli.Runs;

/// <summary><c>run results</c> and <c>run release</c>: what comes out.</summary>
internal static class ResultCommands
{
    public static Command Results()
    {
        var id = RunCommands.Id();
        var folder = new Option<DirectoryInfo?>("--out") { HelpName = "DIR", Description = "Save metrics.json and, once released, model.safetensors of each trial there." };
        var command = new Command("results", "The metrics of an experiment's trials, and its released models.") { id, folder, Session.BrokerOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var broker = session.Broker(parse);
            var view = await broker.GetAsync(Routes.Fill(BrokerRoutes.Experiment, parse.GetRequiredValue(id)), ContractsJson.Strict.ExperimentView, cancellationToken);
            if (parse.GetValue(folder) is { } target)
            {
                foreach (var trial in view.Trials)
                {
                    await SaveAsync(broker, trial, view.Trials.Count == 1 ? target : target.CreateSubdirectory(trial.Id), cancellationToken);
                }
            }

            return Output.Show(parse, view, ContractsJson.Strict.ExperimentView, output => Write(output, view));
        });
        return command;
    }

    public static Command Release()
    {
        var trials = new Argument<string[]>("TRIAL") { Arity = ArgumentArity.OneOrMore, Description = "The trials whose models you ask for." };
        var command = new Command("release", "Ask the hospital for the models of these trials; reviewers may have to agree.") { trials, Session.BrokerOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var broker = session.Broker(parse);
            var experiment = await ExperimentOfAsync(broker, parse.GetRequiredValue(trials), cancellationToken);
            var gateway = await RunCommands.GatewayAsync(broker, experiment.Gateway, cancellationToken);
            var token = await new HostClient(session, gateway.Url).DelegateAsync("request read", cancellationToken);
            var view = await broker.PostAsync(
                Routes.Fill(BrokerRoutes.Release, experiment.Id), new ReleaseModels(parse.GetRequiredValue(trials), token), ContractsJson.Strict.ReleaseModels, ContractsJson.Strict.ExperimentView, cancellationToken);
            return Output.Show(parse, view, ContractsJson.Strict.ExperimentView, output => Write(output, view));
        });
        return command;
    }

    /// <summary>The one experiment that these trials are of.</summary>
    private static async Task<ExperimentView> ExperimentOfAsync(HostClient broker, string[] trials, CancellationToken cancellationToken)
    {
        var experiments = new HashSet<string>(StringComparer.Ordinal);
        foreach (var trial in trials.Distinct(StringComparer.Ordinal))
        {
            experiments.Add((await broker.GetAsync(Routes.Fill(BrokerRoutes.Trial, trial), ContractsJson.Strict.TrialView, cancellationToken)).Experiment);
        }

        return experiments.Count == 1
            ? await broker.GetAsync(Routes.Fill(BrokerRoutes.Experiment, experiments.First()), ContractsJson.Strict.ExperimentView, cancellationToken)
            : throw HostProblemException.Local("several-experiments", "These trials are of several experiments; ask for each experiment's by itself.");
    }

    private static async Task SaveAsync(HostClient broker, TrialView trial, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        folder.Create();
        if (trial.Metrics is not null)
        {
            await broker.DownloadAsync(Routes.Fill(BrokerRoutes.Metrics, trial.Id), Path.Combine(folder.FullName, "metrics.json"), cancellationToken);
        }

        if (trial.Model == "released")
        {
            await broker.DownloadAsync(Routes.Fill(BrokerRoutes.Model, trial.Id), Path.Combine(folder.FullName, "model.safetensors"), cancellationToken);
        }
    }

    private static void Write(TextWriter output, ExperimentView view)
    {
        foreach (var trial in view.Trials)
        {
            Output.Facts(output, ("trial", trial.Id), ("state", ExperimentText.Line(view, trial)), ("model", trial.Model));
            if (trial.Metrics is { } metrics)
            {
                Output.Table(output, ["metric", "value"], MetricTable.Rows(metrics));
            }
        }
    }
}
