using System.Collections.Concurrent;
using System.CommandLine;
using System.Text.Json.Serialization;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets;

/// <summary>
/// <c>dataset upload</c>: sends a folder of DICOM objects. The gateway learns each object's ordinal, never its file name, so the
/// names in the report are put back here. What the gateway has already is not sent again.
/// </summary>
internal static class UploadCommand
{
    private const int QuerySize = 1000;

    public static Command Build()
    {
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "Everything below it that is not hidden and no table (.csv, .json, .txt, .md) is sent." };
        var dataset = DatasetOption.Build();
        var jobs = new Option<int>("--jobs") { HelpName = "N", Description = "Objects sent at the same time.", DefaultValueFactory = _ => 4 };
        var command = new Command("upload", "Send a folder of DICOM objects; run it again to go on where it stopped.") { folder, dataset, jobs, Session.GatewayOption };
        jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 64)
            {
                result.AddError("--jobs is between 1 and 64.");
            }
        });
        command.SetAction((parse, cancellationToken) => UploadAsync(parse, parse.GetRequiredValue(folder), parse.GetValue(dataset), parse.GetValue(jobs), cancellationToken));
        return command;
    }

    private static async Task<int> UploadAsync(ParseResult parse, DirectoryInfo folder, string? dataset, int jobs, CancellationToken cancellationToken)
    {
        if (!folder.Exists)
        {
            return Failure.Report(parse, ExitCode.Failed, "no-folder", $"There is no folder '{folder}'.");
        }

        var files = Candidates(folder);
        if (files.Count == 0)
        {
            return Failure.Report(parse, ExitCode.Failed, "empty-folder", $"There is nothing to send in '{folder}'.");
        }

        using var session = Session.Of(parse);
        var gateway = session.Gateway(parse);
        var name = await DatasetOption.ResolveAsync(gateway, dataset, cancellationToken);
        var report = await Output.WithProgressAsync(parse, $"Sending {files.Count} objects", files.Count, step => SendAsync(gateway, name, folder, files, jobs, step, cancellationToken));
        var shown = Output.Show(parse, report, UploadJsonContext.Default.UploadJson, output => Show(output, report));
        return report.Stored + report.Duplicates > 0 ? shown : ExitCode.Failed;
    }

    private static async Task<UploadJson> SendAsync(
        HostClient gateway, string dataset, DirectoryInfo folder, List<FileInfo> files, int jobs, Action<double> step, CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(gateway, dataset, files, step, cancellationToken);
        if (missing.Count == 0)
        {
            return new(dataset, files.Count, 0, files.Count, []);
        }

        var upload = await gateway.PostAsync(Routes.Fill(GatewayRoutes.Uploads, dataset), ContractsJson.Strict.UploadSession, cancellationToken);
        var outcomes = new ConcurrentDictionary<int, ObjectOutcome>();
        await Parallel.ForEachAsync(
            missing,
            new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken },
            async (ordinal, cancellation) =>
            {
                var path = Routes.Fill(GatewayRoutes.UploadObject, dataset, upload.Id, $"{ordinal}");
                outcomes[ordinal] = await gateway.PostFileAsync(path, files[ordinal].FullName, "application/dicom", ContractsJson.Strict.ObjectOutcome, cancellation);
                step(1);
            });
        await gateway.PostAsync(Routes.Fill(GatewayRoutes.CloseUpload, dataset, upload.Id), ContractsJson.Strict.UploadReport, cancellationToken);
        var refused = outcomes.OrderBy(o => o.Key).Where(o => o.Value.Outcome == "refused")
            .Select(o => new RefusedFileJson(Path.GetRelativePath(folder.FullName, files[o.Key].FullName), o.Value.Code ?? "", o.Value.Reason ?? ""))
            .ToList();
        var stored = outcomes.Values.Count(o => o.Outcome == "stored");
        return new(dataset, files.Count, stored, files.Count - stored - refused.Count, refused);
    }

    /// <summary>Ordinals of the objects the gateway does not have, by the digests of their bytes.</summary>
    private static async Task<List<int>> MissingAsync(HostClient gateway, string dataset, List<FileInfo> files, Action<double> step, CancellationToken cancellationToken)
    {
        var missing = new List<int>();
        foreach (var chunk in Enumerable.Range(0, files.Count).Chunk(QuerySize))
        {
            var digests = new List<Sha256Digest>(chunk.Length);
            foreach (var ordinal in chunk)
            {
                await using var file = files[ordinal].OpenRead();
                digests.Add(await Sha256Digest.OfAsync(file, cancellationToken));
            }

            var answer = await gateway.PostAsync(
                Routes.Fill(GatewayRoutes.KnownObjects, dataset), new KnownObjectsQuery(digests), ContractsJson.Strict.KnownObjectsQuery, ContractsJson.Strict.KnownObjects, cancellationToken);
            var known = answer.Known.ToHashSet();
            missing.AddRange(chunk.Where((_, position) => !known.Contains(position)));
            step(known.Count);
        }

        return missing;
    }

    private static List<FileInfo> Candidates(DirectoryInfo folder) =>
    [
        .. folder.EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.ReparsePoint })
            .Where(file => file.Extension.ToLowerInvariant() is not (".csv" or ".json" or ".txt" or ".md"))
            .OrderBy(file => file.FullName, StringComparer.Ordinal),
    ];

    private static void Show(TextWriter output, UploadJson report)
    {
        output.WriteLine($"'{report.Dataset}': {report.Stored} stored, {report.Duplicates} already there, {report.Refused.Count} refused, of {report.Objects}.");
        foreach (var refused in report.Refused)
        {
            output.WriteLine(Output.Printable($"  {refused.File}: {refused.Reason} ({refused.Code})"));
        }
    }
}

internal sealed record UploadJson(string Dataset, int Objects, int Stored, int Duplicates, IReadOnlyList<RefusedFileJson> Refused);

internal sealed record RefusedFileJson(string File, string Code, string Reason);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(UploadJson))]
internal sealed partial class UploadJsonContext : JsonSerializerContext;
