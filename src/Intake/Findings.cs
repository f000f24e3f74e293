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

    internal void Add(IntakeReference reference) =>
        IntakeFrames.WriteMessage(host, IntakeMessageKind.Reference, reference, ContractsJson.Strict.IntakeReference, []);

    internal void Add(IntakeMask mask, ReadOnlySpan<byte> content) =>
        IntakeFrames.WriteMessage(host, IntakeMessageKind.Mask, mask, ContractsJson.Strict.IntakeMask, content);

    /// <summary>The next bytes of the rendition, of any length.</summary>
    /// <param name="offset">Where they stand in it.</param>
    /// <param name="bytes">The bytes.</param>
    internal void Add(long offset, ReadOnlySpan<byte> bytes)
    {
        for (var start = 0; start < bytes.Length; start += IntakeProtocol.MaxChunkBytes)
        {
            var part = bytes.Slice(start, Math.Min(IntakeProtocol.MaxChunkBytes, bytes.Length - start));
            IntakeFrames.WriteMessage(host, IntakeMessageKind.Rendition, new IntakeRendition(offset + start), ContractsJson.Strict.IntakeRendition, part);
        }
    }

    internal void End(IntakeVerdict verdict) =>
        IntakeFrames.WriteMessage(host, IntakeMessageKind.Verdict, verdict, ContractsJson.Strict.IntakeVerdict, []);
}
