using Scanlock.Contracts;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake;

/// <summary>The worker's life: it greets, then takes one object after the other and answers each, until the gateway closes the stream.</summary>
internal static class Worker
{
    /// <param name="objectFile">Where the object at hand is kept, in the sandbox's memory, for GDCM reads files only.</param>
    internal static async Task<int> RunAsync(Stream gateway, Stream answers, string objectFile, CancellationToken cancellationToken)
    {
        var (version, whyNot) = GdcmLibrary.Bind();
        var greeting = new IntakeGreeting(Wire.Version, version, whyNot);
        await IntakeFrames.WriteJsonAsync(answers, greeting, ContractsJson.Strict.IntakeGreeting, default, cancellationToken);
        if (whyNot is not null)
        {
            return 1;
        }

        while (await IntakeFrames.ReadOrdinalAsync(gateway, cancellationToken) is { } ordinal)
        {
            await IntakeFrames.WriteOrdinalAsync(answers, ordinal, cancellationToken);
            if (await KeepAsync(gateway, objectFile, cancellationToken))
            {
                await IntakeFrames.WriteOrdinalAsync(answers, ordinal, cancellationToken);
                var (answer, pixels) = Answer(ordinal, Examination.Of(objectFile));
                await IntakeFrames.WriteJsonAsync(answers, answer, ContractsJson.Strict.IntakeAnswer, pixels, cancellationToken);
            }

            File.Delete(objectFile);
        }

        return 0;
    }

    private static async Task<bool> KeepAsync(Stream gateway, string objectFile, CancellationToken cancellationToken)
    {
        await using var kept = File.Create(objectFile);
        return await IntakeFrames.CopyObjectAsync(gateway, kept, cancellationToken);
    }

    private static (IntakeAnswer Answer, byte[] Pixels) Answer(long ordinal, Examination examination) => examination switch
    {
        Examination.Refused refused => (new IntakeAnswer(Wire.Version, ordinal, refused.Code, null), []),
        Examination.Accepted accepted => (new IntakeAnswer(Wire.Version, ordinal, null, accepted.Object), accepted.Pixels),
        _ => throw new InvalidOperationException("No such examination."),
    };
}
