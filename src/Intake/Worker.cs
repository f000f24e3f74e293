using Scanlock.Contracts;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake;

/// <summary>The worker's life: it greets, then takes one object after the other and says of each what it finds, until the host closes the stream.</summary>
internal static class Worker
{
    /// <param name="host">What the host sends.</param>
    /// <param name="answers">What it hears.</param>
    /// <param name="scratch">A file in the sandbox's memory for what GDCM is given, for it reads files only.</param>
    internal static async Task<int> RunAsync(Stream host, Stream answers, string scratch, CancellationToken cancellationToken)
    {
        var (version, whyNot) = GdcmLibrary.Bind();
        await IntakeFrames.WriteJsonAsync(answers, new IntakeGreeting(Wire.Version, version, whyNot), ContractsJson.Strict.IntakeGreeting, cancellationToken);
        if (whyNot is not null)
        {
            return 1;
        }

        var findings = new Findings(answers);
        while (await IntakeFrames.ReadJsonAsync(host, ContractsJson.Strict.IntakeTask, cancellationToken) is { } task)
        {
            findings.Begin(task.Ordinal);
            await using var content = new ObjectStream(host);
            findings.End(Judge(content, task, findings, scratch));
            content.Finish();
        }

        return 0;
    }

    private static IntakeVerdict Judge(ObjectStream content, IntakeTask task, Findings findings, string scratch)
    {
        try
        {
            var (refused, quarantined, report) = new Examination(task, findings, scratch).Of(content);
            return new IntakeVerdict(Wire.Version, task.Ordinal, refused, quarantined, report);
        }
        catch (ObjectAbandonedException)
        {
            return new IntakeVerdict(Wire.Version, task.Ordinal, RefusalCode.Interrupted, null, null);
        }
    }
}
