using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Access;

/// <summary><c>access request</c>: asks a gateway directly, before or without an experiment.</summary>
internal static class RequestCommand
{
    public static Command Build()
    {
        var dataset = new Option<string>("--dataset") { Required = true, HelpName = "NAME", Description = "The dataset." };
        var version = new Option<int?>("--dataset-version") { HelpName = "N", Description = "Its version; the latest where left out." };
        var project = new Option<string>("--project") { Required = true, HelpName = "NAME", Description = "Your project." };
        var permission = new Option<string>("--purpose") { Required = true, HelpName = "TERM", Description = "A DUO permission: NRES, GRU, HMB, DS or POA." };
        var conditions = new Option<string[]>("--condition") { HelpName = "TERM", Description = "A DUO modifier whose condition you meet, such as NPU; once for each." };
        var disease = new Option<string?>("--disease") { HelpName = "TERM", Description = "With DS: the disease." };
        var ethics = new Option<string?>("--ethics") { HelpName = "REF", Description = "Your own ethics approval, where the policy asks for one." };
        var site = new Option<string>("--site") { Required = true, HelpName = "NAME", Description = "Where the jobs will run." };
        var trainer = new Option<string>("--trainer") { Required = true, HelpName = "DIGEST", Description = "Digest of the trainer that will run: 'hpc-agent measure' prints it." };
        var trials = new Option<int>("--trials") { HelpName = "N", Description = "Jobs in all.", DefaultValueFactory = _ => 1 };
        var parameters = new Option<long>("--parameters") { HelpName = "N", Description = "Parameters of one model, at most.", DefaultValueFactory = _ => 12_000_000 };
        var epochs = new Option<int>("--epochs") { HelpName = "N", Description = "Epochs of one trial, at most.", DefaultValueFactory = _ => 20 };
        var progress = new Option<int>("--progress-values") { HelpName = "N", Description = "Numbers one job may report while it runs.", DefaultValueFactory = _ => 200 };
        var command = new Command("request", "Ask for access to a dataset. Exits 3 when the policy refuses.")
        {
            dataset, version, project, permission, conditions, disease, ethics, site, trainer, trials, parameters, epochs, progress, Session.GatewayOption,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            if (!Sha256Digest.TryParse(parse.GetRequiredValue(trainer), out var digest))
            {
                return Failure.Report(parse, ExitCode.Usage, "bad-digest", "--trainer is 'sha256:' and 64 lower-case hex digits.");
            }

            var request = new AccessRequest(
                Wire.Version,
                Guid.NewGuid().ToString(),
                parse.GetRequiredValue(dataset),
                parse.GetValue(version),
                parse.GetRequiredValue(project),
                new(parse.GetRequiredValue(permission), parse.GetValue(conditions) ?? [], parse.GetValue(disease), parse.GetValue(ethics)),
                parse.GetRequiredValue(site),
                digest,
                new(parse.GetValue(trials), parse.GetValue(parameters), parse.GetValue(epochs), parse.GetValue(progress), []));
            using var session = Session.Of(parse);
            var view = await session.Gateway(parse).PostAsync(
                GatewayRoutes.Requests, request, ContractsJson.Strict.AccessRequest, ContractsJson.Strict.RequestView, cancellationToken);
            return AccessCommands.Report(parse, view);
        });
        return command;
    }
}
