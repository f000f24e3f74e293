using System.CommandLine;
using System.Text.Json.Serialization;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;
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
        var key = new Option<FileInfo?>("--key")
        {
            HelpName = "FILE.pem", Description = "The gateway's statement key, from its operator or another hand; without it the one the gateway names now is believed.",
        };
        var command = new Command("archive", "Take the de-identified DICOM of a version out, where the policy keeps it. Each part is on the gateway's record before it comes.")
        {
            name, folder, version, key, Session.GatewayOption,
        };
        command.SetAction(async (parse, cancellationToken) =>
        {
            using var session = Session.Of(parse);
            var gateway = session.Gateway(parse);
            var signer = await SignerAsync(gateway, parse.GetValue(key), cancellationToken);
            var (archive, without) = await ReadAsync(gateway, parse.GetRequiredValue(name), parse.GetValue(version), signer, cancellationToken);
            using var progress = new ObjectProgress(parse, archive.Parts.Sum(part => part.Samples));
            var target = parse.GetRequiredValue(folder);
            await TakeOutAsync(gateway, archive, target, progress, cancellationToken);
            var report = new ArchiveReport(archive.Dataset, archive.Version, progress.Sent, progress.SentBytes, without, target.FullName);
            progress.Dispose();
            return Output.Show(parse, report, ArchiveJson.Default.ArchiveReport, output => Write(output, report));
        });
        return command;
    }

    private static void Write(TextWriter output, ArchiveReport report)
    {
        output.WriteLine($"{report.Objects} objects of version {report.Version} of '{report.Dataset}', {Output.Bytes(report.Bytes)}, are in {report.Folder}.");
        if (report.SamplesWithout > 0)
        {
            output.WriteLine($"{report.SamplesWithout} samples of the version are not among them: their objects came before the policy asked for an archive, or are NIfTI volumes.");
        }
    }

    /// <summary>Whose signature counts.</summary>
    private static async Task<VerifyingKey> SignerAsync(HostClient gateway, FileInfo? file, CancellationToken cancellationToken)
    {
        try
        {
            return VerifyingKey.FromPem(file is not null
                ? await File.ReadAllTextAsync(file.FullName, cancellationToken)
                : (await gateway.GetAsync(GatewayRoutes.Identity, ContractsJson.Strict.GatewayIdentity, cancellationToken)).KeyPem);
        }
        catch (Exception e) when (e is WireFormatException or IOException or UnauthorizedAccessException)
        {
            throw HostProblemException.Local("key", $"{file?.FullName ?? gateway.Url} gives no public statement key in PEM.");
        }
    }

    private static async Task<(DatasetArchive Archive, int Without)> ReadAsync(
        HostClient gateway, string dataset, int? asked, VerifyingKey signer, CancellationToken cancellationToken)
    {
        var version = asked ?? (await gateway.GetAsync(Routes.Fill(GatewayRoutes.Dataset, dataset), ContractsJson.Strict.DatasetEntry, cancellationToken)).LatestVersion
            ?? throw HostProblemException.Local("no-version", $"No version of '{dataset}' is sealed yet, and what is archived is sealed with it.");
        var signed = await gateway.GetAsync(Routes.Fill(GatewayRoutes.Archive, dataset, $"{version}"), ContractsJson.Strict.SignedArchive, cancellationToken);
        try
        {
            var archive = StatementKinds.Archive.Verify(signed.Statement, signer).Value;
            return archive.Dataset == dataset && archive.Version == version
                ? (archive, signed.WithoutRendition)
                : throw HostProblemException.Local("not-asked-for", $"The gateway answered with the archive of version {archive.Version} of '{archive.Dataset}'.");
        }
        catch (WireFormatException)
        {
            throw HostProblemException.Local("not-signed", $"What is archived of version {version} of '{dataset}' is not signed by the key {signer.Id}; nothing was taken out.");
        }
    }

    private static async Task TakeOutAsync(HostClient gateway, DatasetArchive archive, DirectoryInfo folder, ObjectProgress progress, CancellationToken cancellationToken)
    {
        folder.Create();
        var files = new ArchiveFolder(folder, progress);
        foreach (var part in archive.Parts)
        {
            var path = Routes.Fill(GatewayRoutes.ArchivePart, archive.Dataset, $"{archive.Version}", part.Id);
            await gateway.ReadAsync(path, (stream, token) => files.WriteAsync(part, stream, token), cancellationToken);
        }
    }
}

/// <summary>What was taken out.</summary>
/// <param name="SamplesWithout">How many samples of the version are of objects of which nothing was archived.</param>
internal sealed record ArchiveReport(string Dataset, int Version, int Objects, long Bytes, int SamplesWithout, string Folder);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ArchiveReport))]
internal sealed partial class ArchiveJson : JsonSerializerContext;
