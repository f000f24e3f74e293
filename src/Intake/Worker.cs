using Scanlock.Contracts;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake;

/// <summary>The worker's life: it greets, then takes one object after the other and says of each what it finds, until the host closes the stream.</summary>
internal static class Worker
{
    /// <param name="host">What the host sends.</param>
    /// <param name="answers">What it hears.</param>
    /// <param name="objectFile">A place in the sandbox's memory for what GDCM is given, for it reads files only.</param>
    internal static async Task<int> RunAsync(Stream host, Stream answers, string objectFile, CancellationToken cancellationToken)
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
            findings.End(Judge(content, task, findings, objectFile));
            content.Finish();
        }

        return 0;
    }

    private static IntakeVerdict Judge(ObjectStream content, IntakeTask task, Findings findings, string objectFile)
    {
        try
        {
            return new IntakeVerdict(Wire.Version, task.Ordinal, Keep(content, objectFile) ? Examine(objectFile, findings) : RefusalCode.TooLarge, null, null);
        }
        catch (ObjectAbandonedException)
        {
            return new IntakeVerdict(Wire.Version, task.Ordinal, RefusalCode.Interrupted, null, null);
        }
        finally
        {
            File.Delete(objectFile);
        }
    }

    private static bool Keep(ObjectStream content, string objectFile)
    {
        const long Most = 512L << 20;
        using var kept = File.Create(objectFile);
        var chunk = new byte[IntakeProtocol.MaxChunkBytes];
        for (int count; (count = content.Read(chunk)) > 0;)
        {
            if (kept.Length + count > Most)
            {
                return false;
            }

            kept.Write(chunk.AsSpan(0, count));
        }

        return true;
    }

    private static RefusalCode? Examine(string objectFile, Findings findings)
    {
        switch (Examination.Of(objectFile))
        {
            case Examination.Refused refused:
                return refused.Code;
            case Examination.Accepted accepted:
                findings.Add(accepted.Head);
                findings.Add(accepted.Sample, accepted.Pixels);
                return null;
            default:
                throw new InvalidOperationException("No such examination.");
        }
    }
}
