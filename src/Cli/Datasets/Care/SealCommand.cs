using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets.Care;

/// <summary><c>dataset seal</c>: says first what quality has to be said of the dataset, then seals it, unless that was to stop it.</summary>
internal static class SealCommand
{
    public static Command Build()
    {
        var name = DatasetCommands.Name();
        var leaveOut = new Option<bool>("--leave-out-unlabelled") { Description = "Seal although some objects have no label; those stay out of this version." };
        var strict = new Option<bool>("--strict") { Description = "Do not seal where the quality report has a warning or an error." };
        var command = new Command("seal", "Pack, encrypt and sign what was uploaded as a new version; a version never changes.") { name, leaveOut, strict, Session.GatewayOption };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var gateway = session.Gateway(parse);
            var dataset = parse.GetRequiredValue(name);
            var report = await QualityCommand.ReadAsync(gateway, dataset, cancellationToken);
            var found = $"{QualityCommand.Summary(report)} in {report.Series} series{(report.Quarantined > 0 ? $", {report.Quarantined} objects in quarantine" : "")}";
            var how = report.Counts.Count > 0 ? $"; see them with: scanlock dataset quality {dataset}" : "";
            if (parse.GetValue(strict) && QualityCommand.HasFaults(report))
            {
                return Failure.Report(parse, ExitCode.Failed, "quality", $"'{dataset}' was not sealed: {found}{how}");
            }

            if (!parse.GetValue(CommandLine.Json))
            {
                parse.InvocationConfiguration.Error.WriteLine(Output.Printable($"Quality: {found}{how}"));
            }

            var version = await gateway.PostAsync(
                Routes.Fill(GatewayRoutes.Versions, dataset), new SealVersion(parse.GetValue(leaveOut)), ContractsJson.Strict.SealVersion, ContractsJson.Strict.SealedVersion, cancellationToken);
            return Output.Show(parse, version, ContractsJson.Strict.SealedVersion, output => Output.Facts(
                output,
                ("dataset", version.Dataset),
                ("version", $"{version.Version}"),
                ("samples", $"{version.Samples} of {version.Patients} patients"),
                ("shards", $"{version.Shards}, {Output.Bytes(version.CiphertextBytes)} encrypted"),
                ("manifest", version.Manifest.ToString())));
        });
        return command;
    }
}
