using System.CommandLine;
using System.Text.Json.Serialization;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;

namespace Scanlock.Cli.Datasets.Archive;

/// <summary><c>dataset archive</c>: a steward takes the de-identified DICOM of a sealed version out.</summary>
internal static class ArchiveCommand
{
    public static Command Build()
    {
        var name = DatasetCommands.Name();
        var folder = new Option<DirectoryInfo>("--out") { Required = true, HelpName = "FOLDER", Description = "Where the files go, each named by its sample's key; made where it is not there." };
        var version = new Option<int?>("--version") { HelpName = "N", Description = "The version; the latest if not given." };
        var command = new Command("archive", "Take the de-identified DICOM of a version out, where the policy keeps it. Each part is on the gateway's record before it comes.")
        {
            name, folder, version, Session.GatewayOption,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var report = await TakeOutAsync(session.Gateway(parse), parse.GetRequiredValue(name), parse.GetValue(version), parse.GetRequiredValue(folder), cancellationToken);
            return Output.Show(parse, report, ArchiveJson.Default.ArchiveReport, output =>
                output.WriteLine($"{report.Objects} objects of version {report.Version} of '{report.Dataset}', {Output.Bytes(report.Bytes)}, are in {report.Folder}."));
        });
        return command;
    }

    private static async Task<ArchiveReport> TakeOutAsync(HostClient gateway, string dataset, int? asked, DirectoryInfo folder, CancellationToken cancellationToken)
    {
        var version = asked ?? (await gateway.GetAsync(Routes.Fill(GatewayRoutes.Dataset, dataset), ContractsJson.Strict.DatasetEntry, cancellationToken)).LatestVersion
            ?? throw HostProblemException.Local("no-version", $"No version of '{dataset}' is sealed yet, and what is archived is sealed with it.");
        var signed = await gateway.GetAsync(Routes.Fill(GatewayRoutes.Archive, dataset, $"{version}"), ContractsJson.Strict.SignedArchive, cancellationToken);
        var archive = StatementKinds.Archive.ReadUnverified(signed.Statement).Value;
        folder.Create();
        var files = new ArchiveFolder(folder);
        long bytes = 0;
        foreach (var part in archive.Parts)
        {
            var path = Routes.Fill(GatewayRoutes.ArchivePart, dataset, $"{version}", part.Id);
            bytes += await gateway.ReadAsync(path, (stream, token) => files.WriteAsync(part, stream, token), cancellationToken);
        }

        return new(dataset, version, archive.Parts.Sum(part => part.Samples), bytes, folder.FullName);
    }
}

/// <summary>What was taken out.</summary>
internal sealed record ArchiveReport(string Dataset, int Version, int Objects, long Bytes, string Folder);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ArchiveReport))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
