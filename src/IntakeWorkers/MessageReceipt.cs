using Scanlock.Contracts;
using Scanlock.Contracts.Intake;

namespace Scanlock.IntakeWorkers;

/// <summary>What a worker says of one object on the way to its verdict: each message is checked by itself and against those before it.</summary>
internal sealed class MessageReceipt(IntakeTask task, IIntakeReceiver receiver)
{
    private IntakeHead? head;
    private int references;
    private int masks;
    private long renditionBytes;

    internal bool HasHead => head is not null;

    /// <summary>How many samples were said.</summary>
    internal int Frames { get; private set; }

    /// <summary>Whether nobody wants the object any more: what is said is checked and handed to no one.</summary>
    internal bool IsAbandoned { get; set; }

    /// <summary>Checks a message that is no verdict and hands it on; false where it is not what an honest worker says now.</summary>
    internal async Task<bool> TryReceiveAsync(IntakeMessage message, CancellationToken cancellationToken)
    {
        switch (message.Kind)
        {
            case IntakeMessageKind.Head when head is null:
                head = Wire.Read(message.Json.Span, ContractsJson.Strict.IntakeHead);
                if (!AnswerCheck.IsSound(head))
                {
                    return false;
                }

                await (IsAbandoned ? Task.CompletedTask : receiver.HeadAsync(head, cancellationToken));
                return true;
            case IntakeMessageKind.Sample when task.Samples:
                var sample = Wire.Read(message.Json.Span, ContractsJson.Strict.IntakeSample);
                if (!AnswerCheck.IsSound(sample, message.Content.Length, head, Frames++))
                {
                    return false;
                }

                await (IsAbandoned ? Task.CompletedTask : receiver.SampleAsync(sample, message.Content, cancellationToken));
                return true;
            case IntakeMessageKind.Mask when task.Samples:
                var mask = Wire.Read(message.Json.Span, ContractsJson.Strict.IntakeMask);
                if (head is null || !AnswerCheck.IsSound(mask, message.Content.Bytes.Span, masks++))
                {
                    return false;
                }

                await (IsAbandoned ? Task.CompletedTask : receiver.MaskAsync(mask, message.Content, cancellationToken));
                return true;
            case IntakeMessageKind.Rendition when task.Rendition is not null:
                var part = Wire.Read(message.Json.Span, ContractsJson.Strict.IntakeRendition);
                if (head is null || part.Offset != renditionBytes || message.Content.Length is 0 or > IntakeProtocol.MaxChunkBytes)
                {
                    return false;
                }

                renditionBytes += message.Content.Length;
                await (IsAbandoned ? Task.CompletedTask : receiver.RenditionAsync(message.Content.Bytes, cancellationToken));
                return renditionBytes <= IntakeProtocol.MaxRenditionBytes;
            case IntakeMessageKind.Reference when !task.Samples && task.Rendition is null:
                var reference = Wire.Read(message.Json.Span, ContractsJson.Strict.IntakeReference);
                if (head is null || !reference.IsWithinBounds || ++references > IntakeReference.MaxFiles)
                {
                    return false;
                }

                await (IsAbandoned ? Task.CompletedTask : receiver.ReferenceAsync(reference, cancellationToken));
                return true;
            default:
                return false;
        }
    }
}
