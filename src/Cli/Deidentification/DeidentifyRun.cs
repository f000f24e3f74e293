using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;

namespace Scanlock.Cli.Deidentification;

/// <summary>Sends files through the intake's workers, some at a time, and says what becomes of each.</summary>
internal sealed class DeidentifyRun(IntakePool pool, RenditionTask rendition, bool overwrites, RunLog log)
{
    // What is de-identified together is one dataset, of one sender.
    private static readonly ObjectOrigin s_origin = new("", "");

    internal async Task<DeidentifyJson> RunAsync(IReadOnlyList<Place> files, int jobs, Action<double> step, CancellationToken cancellationToken)
    {
        await Parallel.ForAsync(0, files.Count, new ParallelOptions { MaxDegreeOfParallelism = jobs, CancellationToken = cancellationToken }, async (number, cancellation) =>
        {
            log.Add(await OneAsync(files[number], number, cancellation));
            step(1);
        });
        return log.Sum();
    }

    private async Task<FileJson> OneAsync(Place place, int number, CancellationToken cancellationToken)
    {
        if (place.LeadsThroughLink())
        {
            return FileJson.Failed(place.Name, "link-in-out", "A symbolic link in OUT leads elsewhere: nothing is written through it.");
        }

        if (!overwrites && File.Exists(place.To))
        {
            return FileJson.Failed(place.Name, "exists", "The file is in OUT already; --force overwrites it.");
        }

        try
        {
            await using var original = new FileStream(place.From, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan | FileOptions.Asynchronous);
            await using var written = new RenditionFile(place.To);
            var rule = rendition.Options.CleanPixelData ? BurnedInTextRule.Mask : BurnedInTextRule.Quarantine;
            var outcome = await pool.ExamineAsync(s_origin, new IntakeTask(Wire.Version, number, Samples: false, rule, rendition), original, written, cancellationToken);
            switch (outcome)
            {
                case IntakeOutcome.Accepted when written.IsDirectory:
                    return FileJson.LeftAlone(place.Name, "dicomdir", "A DICOMDIR lists files as they were: make a new one of the de-identified ones.");
                case IntakeOutcome.Accepted when !written.HasKind:
                    return FileJson.Failed(place.Name, "no-class", "The object does not say what it is: it has no SOP class.");
                case IntakeOutcome.Accepted { Report: { } report }:
                    await written.KeepAsync(overwrites, cancellationToken);
                    return FileJson.Done(place.Name, report, written.Identifies(place.Name));
                case IntakeOutcome.Quarantined quarantined:
                    return FileJson.Failed(place.Name, quarantined.Reason.CodeName, quarantined.Reason.Sentence);
                case IntakeOutcome.Refused { Refusal.Code: RefusalCode.NotDicom } when place.IsAside:
                    return FileJson.LeftAlone(place.Name, "no-object", "A hidden file, a table or a text, and no DICOM object.");
                case IntakeOutcome.Refused refused:
                    return FileJson.Failed(place.Name, refused.Refusal.CodeName, refused.Refusal.Sentence);
                default:
                    return FileJson.Failed(place.Name, "no-rendition", "The intake gave nothing back.");
            }
        }
        catch (Exception error) when (error is IOException and not IntakeUnavailableException or UnauthorizedAccessException)
        {
            return FileJson.Failed(place.Name, "io", error.Message);
        }
    }
}
