using System.Buffers;
using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.Processes;

namespace Scanlock.IntakeWorkers;

/// <summary>
/// One object's way through a worker: it is sent as it arrives, and what the worker says meanwhile is checked and handed on. Sending and
/// hearing go on side by side, for a worker that cannot say what it found takes no more of the object.
/// </summary>
internal sealed class ObjectExchange : IDisposable
{
    // How the sandbox reports that what runs in it was killed: 128 and the signal, as a shell does.
    private const int Killed = 9;
    private const int KilledInside = 128 + Killed;

    // Beside pixels and renditions a worker says a few facts of each frame.
    private const long MaxFactBytes = 64 << 20;

    private static readonly TimeSpan s_endTime = TimeSpan.FromSeconds(2);

    private readonly RunningProgram program;
    private readonly IntakeMessageReader messages;
    private readonly IntakeTask task;
    private readonly MessageReceipt receipt;
    private readonly TurnWatch watch;
    private readonly CancellationTokenSource judged = new();
    private long givenBytes;
    private long saidBytes;
    private bool saysTooMuch;
    private bool isKilledHere;

    internal ObjectExchange(RunningProgram program, IntakeMessageReader messages, IntakeTask task, IIntakeReceiver receiver)
    {
        this.program = program;
        this.messages = messages;
        this.task = task;
        receipt = new MessageReceipt(task, receiver);
        watch = new TurnWatch(program.Kill);
    }

    /// <summary>How the sending ended.</summary>
    private enum Sending
    {
        Whole,

        /// <summary>The worker had judged before it had all of it.</summary>
        Judged,
        TooMuch,
        WorkerGone,
    }

    /// <summary>Whether the worker is through with the object and can be given the next.</summary>
    internal bool IsOver { get; private set; }

    /// <summary>How many samples were found in the object.</summary>
    internal int Samples => receipt.Frames;

    internal async Task<IntakeOutcome> RunAsync(Stream content, CancellationToken cancellationToken)
    {
        var sending = SendAsync(content, cancellationToken);
        var hearing = HearAsync(cancellationToken);
        if (await Task.WhenAny(sending, hearing) == hearing)
        {
            await StopSendingAsync(hearing);
        }

        Sending sent;
        try
        {
            sent = await sending;
        }
        catch
        {
            // The worker is told that the object is abandoned, and answers.
            receipt.IsAbandoned = true;
            await ((Task)hearing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            IsOver = hearing is { IsCompletedSuccessfully: true, Result: not null };
            throw;
        }

        var outcome = await hearing;

        // Only a refusal needs less than all of the object.
        IsOver = outcome is not null && sent != Sending.WorkerGone && (sent != Sending.Judged || outcome is IntakeOutcome.Refused);
        return sent == Sending.TooMuch ? new IntakeOutcome.Refused(IntakeRefusal.Of(RefusalCode.TooLarge))
            : IsOver ? outcome!
            : new IntakeOutcome.Refused(await WhyGoneAsync());
    }

    public void Dispose()
    {
        watch.Dispose();
        judged.Dispose();
    }

    private async Task StopSendingAsync(Task<IntakeOutcome?> hearing)
    {
        if (!hearing.IsCompletedSuccessfully || hearing.Result is null)
        {
            // Nobody listens to it any more, so it might take nothing more either.
            await Task.WhenAny(program.Exit, Task.Delay(s_endTime));
            isKilledHere = !program.Exit.IsCompleted;
            program.Kill();
        }

        await judged.CancelAsync();
    }

    private async Task<Sending> SendAsync(Stream content, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(IntakeFrames.ChunkHeadBytes + IntakeProtocol.MaxChunkBytes);
        try
        {
            long total = 0;
            while (true)
            {
                if (await ReadAsync(content, chunk.AsMemory(IntakeFrames.ChunkHeadBytes, IntakeProtocol.MaxChunkBytes), cancellationToken) is not { } count)
                {
                    return Sending.Judged;
                }

                total += count;
                if (total > IntakeProtocol.MaxObjectBytes)
                {
                    receipt.IsAbandoned = true;
                    return await TryAbandonAsync() ? Sending.TooMuch : Sending.WorkerGone;
                }

                Interlocked.Exchange(ref givenBytes, total);
                watch.Gives(count);
                if (!await TryWriteAsync(IntakeFrames.WriteChunkAsync(program.Input, chunk.AsMemory(0, IntakeFrames.ChunkHeadBytes + count), CancellationToken.None)))
                {
                    return Sending.WorkerGone;
                }

                if (count == 0)
                {
                    return Sending.Whole;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
        }
    }

    /// <summary>Null where the worker judged meanwhile. Where the content cannot be read the worker is told, and the exception goes on.</summary>
    private async Task<int?> ReadAsync(Stream content, Memory<byte> chunk, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, judged.Token);
        watch.AwaitsContent = true;
        try
        {
            either.Token.ThrowIfCancellationRequested();
            return await content.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, either.Token);
        }
        catch (OperationCanceledException) when (judged.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await TryAbandonAsync();
            return null;
        }
        catch
        {
            await TryAbandonAsync();
            throw;
        }
        finally
        {
            watch.AwaitsContent = false;
        }
    }

    private Task<bool> TryAbandonAsync()
    {
        watch.AwaitsContent = false;
        return TryWriteAsync(IntakeFrames.WriteAbortAsync(program.Input, CancellationToken.None));
    }

    private async Task<bool> TryWriteAsync(Task writing)
    {
        try
        {
            await writing;
            watch.Moved();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Hears the worker out; null where it ends without a verdict, or says what no honest worker says.</summary>
    private async Task<IntakeOutcome?> HearAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var message = await messages.ReadAsync(CancellationToken.None);
                using var content = message.Content;
                watch.Receives = true;
                if (!IsBounded(message))
                {
                    return null;
                }

                if (message.Kind == IntakeMessageKind.Verdict)
                {
                    var verdict = Wire.Read(message.Json.Span, ContractsJson.Strict.IntakeVerdict);
                    return AnswerCheck.IsSound(verdict, task.Ordinal, receipt.HasHead) ? OutcomeOf(verdict) : null;
                }

                if (!await receipt.TryReceiveAsync(message, cancellationToken))
                {
                    return null;
                }
            }
            catch (WireFormatException)
            {
                return null;
            }
            finally
            {
                watch.Receives = false;
            }
        }
    }

    /// <summary>Whether all that was said so far can come of what was given.</summary>
    private bool IsBounded(IntakeMessage message)
    {
        var bytes = message.Json.Length + message.Content.Length;
        watch.Heard(bytes);
        saidBytes += bytes;
        var most = Math.Min(IntakeProtocol.FreeExpandedBytes + (IntakeProtocol.MaxExpansion * Interlocked.Read(ref givenBytes)), IntakeProtocol.MaxRenditionBytes);

        // Pixels can be said twice: as samples, and in the rendition.
        var times = task is { Samples: true, Rendition: not null } ? 2 : 1;
        saysTooMuch = saidBytes > (times * most) + MaxFactBytes;
        return !saysTooMuch;
    }

    private static IntakeOutcome OutcomeOf(IntakeVerdict verdict) => verdict switch
    {
        { Refused: { } code } => new IntakeOutcome.Refused(IntakeRefusal.Of(code)),
        { Quarantined: { } code } => new IntakeOutcome.Quarantined(QuarantineReason.Of(code)),
        _ => new IntakeOutcome.Accepted(verdict.Report),
    };

    private async Task<IntakeRefusal> WhyGoneAsync()
    {
        await Task.WhenAny(program.Exit, Task.Delay(s_endTime));
        var killed = program.Exit is { IsCompletedSuccessfully: true, Result: ProgramExit.Signal { Number: Killed } or ProgramExit.Status { Code: KilledInside } };
        return saysTooMuch ? IntakeRefusal.Of(RefusalCode.TooLarge)
            : watch.IsTimeUp ? IntakeRefusal.DecoderTooSlow
            : killed && !isKilledHere ? IntakeRefusal.Of(RefusalCode.Interrupted)
            : IntakeRefusal.DecoderStopped;
    }
}
