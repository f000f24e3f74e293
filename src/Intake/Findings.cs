using Scanlock.Contracts;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake;

/// <summary>Where an examination says what it finds, as it finds it: the messages to the host.</summary>
internal sealed class Findings(Stream host)
{
    internal void Begin(long ordinal) =>
        IntakeFrames.WriteMessage(host, IntakeMessageKind.Begun, new IntakeBegun(ordinal), ContractsJson.Strict.IntakeBegun, []);

    internal void Add(IntakeHead head) => IntakeFrames.WriteMessage(host, IntakeMessageKind.Head, head, ContractsJson.Strict.IntakeHead, []);

    internal void Add(IntakeSample sample, ReadOnlySpan<byte> pixels) =>
        IntakeFrames.WriteMessage(host, IntakeMessageKind.Sample, sample, ContractsJson.Strict.IntakeSample, pixels);

    internal void End(IntakeVerdict verdict) =>
        IntakeFrames.WriteMessage(host, IntakeMessageKind.Verdict, verdict, ContractsJson.Strict.IntakeVerdict, []);
}
