using System.CommandLine;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>
/// <c>dataset upload</c>: sends DICOM objects by STOW-RS. The gateway never learns a file's name, so the names in the report are put
/// back here. What the gateway has already is not sent again.
/// </summary>
internal static class UploadCommand
{
    private const int MostJobs = 64;
    private static readonly TimeSpan s_closing = TimeSpan.FromSeconds(5);

    private static readonly Option<int> s_jobs = new("--jobs") { HelpName = "N", Description = "Requests at the same time.", DefaultValueFactory = _ => 4 };

    private static readonly Option<FileInfo?> s_token = new("--token-file")
    {
        HelpName = "FILE", Description = "Send by the upload token in this file (mode 0600) instead of a sign-in; needs --dataset, and --gateway where nobody has signed in here.",
    };

    private static readonly Option<FileInfo?> s_report = new("--report") { HelpName = "FILE", Description = "Write what became of every file as CSV." };

    private static readonly Option<string[]> s_regions = new("--roi")
    {
        HelpName = "NAME", Description = "Of structure sets and segmentations only this region or segment counts; repeat it for more. Without it all do.",
    };

    private static readonly Option<FileInfo?> s_mask = new("--mask")
    {
        HelpName = "FILE", Description = "The mask of the only NIfTI volume that is sent. NAME_mask.nii.gz beside NAME.nii.gz is found without.",
    };

    public static Command Build()
    {
        var paths = new Argument<string[]>("PATH")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "A folder (with all below it that is not hidden and no table), a zip archive, a DICOMDIR (the objects it lists), a DICOM file, or a NIfTI volume.",
        };
        var dataset = DatasetOption.Build();
        s_jobs.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostJobs)
            {
                result.AddError($"--jobs is between 1 and {MostJobs}.");
            }
        });
        var command = new Command("upload", "Send DICOM objects and NIfTI volumes; run it again to go on where it stopped.") { paths, dataset, s_jobs, s_token, s_report, s_regions, s_mask, Session.GatewayOption };
        command.Validators.Add(result =>
        {
            if (result.GetValue(s_token) is not null && result.GetValue(dataset) is null)
            {
                result.AddError("--token-file needs --dataset: a token cannot ask which datasets there are.");
            }
        });
        command.SetAction((parse, cancellationToken) => UploadAsync(parse, parse.GetRequiredValue(paths), parse.GetValue(dataset), cancellationToken));
        return command;
    }

    private static async Task<int> UploadAsync(ParseResult parse, string[] paths, string? dataset, CancellationToken cancellationToken)
    {
        using var session = Session.Of(parse);
        var token = parse.GetValue(s_token) is { } file ? TokenFile.Read(file) : null;
        var gateway = session.Gateway(parse, token);
        using var contents = await UploadContents.OfAsync(paths, cancellationToken);
        if (parse.GetValue(s_mask) is { } mask)
        {
            VolumeMasks.Add(contents, mask);
        }

        VolumeMasks.Pair(contents);
        if (contents.Items.Count == 0 && contents.LeftOut.Count == 0)
        {
            return Failure.Report(parse, ExitCode.Failed, "nothing-to-send", $"There is nothing to send in {string.Join(", ", paths)}.");
        }

        using var report = parse.GetValue(s_report) is { } place ? new ReportFile(place) : null;
        var name = token is null ? await NameAsync(gateway, dataset, cancellationToken) : dataset!;
        using var progress = new ObjectProgress(parse, contents.Items.Count);
        var patient = gateway.With(UploadRetries.Telling(() => progress.Note($"{gateway.Url} does not answer, or is busy; trying again")));
        var destination = new Destination(patient, name, token is not null, parse.GetValue(s_regions) ?? []);
        using var run = new UploadRun(destination.IsByToken ? null : destination.KnownAsync, destination.OpenAsync, progress, parse.GetValue(s_jobs));
        Exception? failure = null;
        try
        {
            await run.RunAsync(contents.Items, cancellationToken);
        }
        catch (Exception e) when (e is HostProblemException or OperationCanceledException or IOException)
        {
            failure = e;
        }

        await destination.CloseAsync();
        progress.Dispose();
        report?.Write(run.Outcomes.Concat(contents.LeftOut));
        return Show(parse, UploadSummary.Of(destination.Dataset, contents.Items.Count, run.Outcomes, contents.LeftOut, progress), failure);
    }

    /// <summary>The dataset's name; one that is not there, or a gateway that is gone, is said at once.</summary>
    private static async Task<string> NameAsync(HostClient gateway, string? dataset, CancellationToken cancellationToken)
    {
        var name = await DatasetOption.ResolveAsync(gateway, dataset, cancellationToken);
        var entry = await gateway.GetAsync(Routes.Fill(GatewayRoutes.Dataset, name), ContractsJson.Strict.DatasetEntry, cancellationToken);
        return entry.Name;
    }

    private static int Show(ParseResult parse, UploadSummary summary, Exception? failure)
    {
        Output.Show(parse, summary, UploadSummaryJson.Default.UploadSummary, summary.Show);
        if (failure is null)
        {
            var isAnythingThere = summary.Stored + summary.Duplicates + summary.Quarantined.Count > 0;
            return isAnythingThere && summary.Unreadable.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        }

        var goOn = $"{summary.NotSent} of {summary.Objects} files were not sent, and nothing is half there. Run the same command again to send them.";
        return failure switch
        {
            HostProblemException problem => Failure.Report(parse, problem.ExitCode, problem.Name, $"{problem.Message.TrimEnd('.')}. {goOn}"),
            OperationCanceledException => Failure.Report(parse, ExitCode.Failed, "cancelled", $"stopped: {goOn}"),
            _ => Failure.Report(parse, ExitCode.Failed, "io", $"{failure.Message.TrimEnd('.')}. {goOn}"),
        };
    }

    /// <summary>The dataset that is sent to, and the session there, which is opened only when something has to be sent.</summary>
    private sealed class Destination(HostClient gateway, string dataset, bool isByToken, string[] regions)
    {
        private string? _upload;

        public string Dataset => dataset;

        public bool IsByToken => isByToken;

        public async Task<IReadOnlyCollection<int>> KnownAsync(IReadOnlyList<Sha256Digest> digests, CancellationToken cancellationToken)
        {
            var answer = await gateway.PostAsync(
                Routes.Fill(GatewayRoutes.KnownObjects, dataset), new KnownObjectsQuery(digests), ContractsJson.Strict.KnownObjectsQuery, ContractsJson.Strict.KnownObjects, cancellationToken);
            return [.. answer.Known];
        }

        public async Task<ObjectSender> OpenAsync(CancellationToken cancellationToken)
        {
            var query = regions.Select(region => $"{DicomwebRoutes.RegionQuery}={Uri.EscapeDataString(region)}").ToList();
            if (!isByToken)
            {
                _upload = (await gateway.PostAsync(Routes.Fill(GatewayRoutes.Uploads, dataset), ContractsJson.Strict.UploadSession, cancellationToken)).Id;
                query.Add($"{DicomwebRoutes.UploadQuery}={_upload}");
            }

            return new(gateway, $"{Routes.Fill(DicomwebRoutes.Studies, dataset)}?{string.Join('&', query)}");
        }

        /// <summary>Closes the session, also where the upload was stopped; a gateway that is gone closes it by itself later.</summary>
        public async Task CloseAsync()
        {
            if (_upload is null)
            {
                return;
            }

            using var patience = new CancellationTokenSource(s_closing);
            try
            {
                await gateway.PostAsync(Routes.Fill(GatewayRoutes.CloseUpload, dataset, _upload), ContractsJson.Strict.UploadReport, patience.Token);
            }
            catch (Exception e) when (e is HostProblemException or OperationCanceledException)
            {
                // What was sent counts all the same: the gateway closes the session when it was idle.
                _upload = null;
            }
        }
    }
}
