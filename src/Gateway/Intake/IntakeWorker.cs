using System.Buffers;
using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.Processes;

namespace Scanlock.Gateway.Intake;

/// <summary>
/// One worker process and the conversation with it, one object at a time. When the worker dies, hangs or says what it should not, the
/// object at hand is refused and the worker is not usable from then on.
/// </summary>
internal sealed class IntakeWorker : IAsyncDisposable
{
    private static readonly TimeSpan GreetingTime = TimeSpan.FromSeconds(30);

    // The worker only copies what it is sent; one that does not take a chunk, or does not say that it has it, for this long is stuck.
    private static readonly TimeSpan CopyTime = TimeSpan.FromSeconds(10);

    private readonly RunningProgram program;
    private bool isSpent;

    private IntakeWorker(RunningProgram program) => this.program = program;

    internal int Id => program.Id;

    /// <summary>How many objects it was given.</summary>
    internal int Objects { get; private set; }

    /// <summary>Whether it can be given an object.</summary>
    internal bool IsUsable => !isSpent && !program.Exit.IsCompleted;

    /// <summary>Starts a worker and hears its greeting.</summary>
    /// <exception cref="IntakeUnavailableException">It cannot be started or cannot work; the message says why.</exception>
    internal static async Task<IntakeWorker> StartAsync(string assembly, CancellationToken cancellationToken)
    {
        var started = Start(assembly);
        var greeted = false;
        string? whyNot;
        try
        {
            whyNot = await GreetAsync(started, cancellationToken);
            greeted = whyNot is null;
        }
        finally
        {
            if (!greeted)
            {
                await started.DisposeAsync();
            }
        }

        // It has seen no object yet, so nothing of one can be in what it complained of.
        return greeted
            ? new IntakeWorker(started)
            : throw new IntakeUnavailableException($"The intake worker cannot work: {whyNot} {started.ErrorTail.Trim()}".TrimEnd());
    }

    /// <summary>Announces an object. False where the worker is found dead: nothing of the object has been read then.</summary>
    internal async Task<bool> TryBeginAsync(long ordinal)
    {
        Objects++;
        isSpent = true;
        return await TryWithinAsync(token => IntakeFrames.WriteOrdinalAsync(program.Input, ordinal, token)) && await IsRepeatedAsync(ordinal);
    }

    /// <summary>
    /// Sends the announced object as it arrives, and hears the answer. Where <paramref name="content"/> cannot be read, or on cancelling, the
    /// object is abandoned and the exception goes on to the caller.
    /// </summary>
    internal async Task<IntakeOutcome> ExamineAsync(long ordinal, Stream content, CancellationToken cancellationToken)
    {
        var refusal = await SendAsync(ordinal, content, cancellationToken);
        return refusal is null ? await HearAsync(ordinal, cancellationToken) : new IntakeOutcome.Refused(refusal);
    }

    /// <summary>How it ended, in words, once it is disposed.</summary>
    internal string End => program.Exit.IsCompletedSuccessfully ? program.Exit.Result.ToString() : "running";

    public ValueTask DisposeAsync() => program.DisposeAsync();

    private static RunningProgram Start(string assembly)
    {
        if (!File.Exists(assembly))
        {
            throw new IntakeUnavailableException($"The intake worker is not there: {assembly}");
        }

        try
        {
            return RunningProgram.Start(WorkerSandbox.Worker(assembly));
        }
        catch (ProgramStartException exception)
        {
            throw new IntakeUnavailableException($"The intake worker cannot be started: {exception.Message}", exception);
        }
    }

    private static async Task<string?> GreetAsync(RunningProgram program, CancellationToken cancellationToken)
    {
        using var timeUp = new CancellationTokenSource(GreetingTime);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeUp.Token);
        try
        {
            return (await IntakeFrames.ReadJsonAsync(program.Output, ContractsJson.Strict.IntakeGreeting, either.Token)).WhyNot;
        }
        catch (WireFormatException)
        {
            return "It ends without a greeting.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"It does not greet within {GreetingTime.TotalSeconds:0} seconds.";
        }
    }

    /// <summary>Null where the worker has all of the object; else it owes no answer.</summary>
    private async Task<IntakeRefusal?> SendAsync(long ordinal, Stream content, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(IntakeProtocol.MaxChunkBytes);
        try
        {
            int count;
            long total = 0;
            do
            {
                count = await ReadAsync(content, chunk.AsMemory(0, IntakeProtocol.MaxChunkBytes), cancellationToken);
                total += count;
                if (total > IntakeProtocol.MaxObjectBytes)
                {
                    await AbandonAsync();
                    return IntakeRefusal.Of(RefusalCode.TooLarge);
                }

                if (!await TryWithinAsync(token => IntakeFrames.WriteChunkAsync(program.Input, chunk.AsMemory(0, count), token)))
                {
                    return IntakeRefusal.Of(RefusalCode.Interrupted);
                }
            }
            while (count > 0);
            return await IsRepeatedAsync(ordinal) ? null : IntakeRefusal.Of(RefusalCode.Interrupted);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
        }
    }

    private async Task<bool> IsRepeatedAsync(long ordinal)
    {
        long? repeated = null;
        return await TryWithinAsync(async token => repeated = await IntakeFrames.ReadOrdinalAsync(program.Output, token)) && repeated == ordinal;
    }

    private async Task<int> ReadAsync(Stream content, Memory<byte> chunk, CancellationToken cancellationToken)
    {
        var isRead = false;
        try
        {
            var count = await content.ReadAtLeastAsync(chunk, chunk.Length, throwOnEndOfStream: false, cancellationToken);
            isRead = true;
            return count;
        }
        finally
        {
            if (!isRead)
            {
                await AbandonAsync();
            }
        }
    }

    private async Task AbandonAsync() =>
        isSpent = !await TryWithinAsync(token => IntakeFrames.WriteAbortAsync(program.Input, token));

    // Never with the caller's token: a frame cut short would be the end of the conversation.
    private static async Task<bool> TryWithinAsync(Func<CancellationToken, Task> exchange)
    {
        using var timeUp = new CancellationTokenSource(CopyTime);
        try
        {
            await exchange(timeUp.Token);
            return true;
        }
        catch (Exception exception) when (exception is IOException or WireFormatException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task<IntakeOutcome> HearAsync(long ordinal, CancellationToken cancellationToken)
    {
        using var timeUp = new CancellationTokenSource(IntakeProtocol.ObjectTime);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeUp.Token);
        try
        {
            var answer = await IntakeFrames.ReadJsonAsync(program.Output, ContractsJson.Strict.IntakeAnswer, either.Token);
            if (!AnswerCheck.IsSound(answer, ordinal))
            {
                return new IntakeOutcome.Refused(IntakeRefusal.DecoderStopped);
            }

            IntakeOutcome outcome = answer.Accepted is { } accepted
                ? new IntakeOutcome.Accepted(
                    accepted, await IntakeFrames.ReadPixelsAsync(program.Output, accepted.Rows, accepted.Columns, either.Token))
                : new IntakeOutcome.Refused(IntakeRefusal.Of(answer.Refused!.Value));
            isSpent = false;
            return outcome;
        }
        catch (WireFormatException)
        {
            return new IntakeOutcome.Refused(IntakeRefusal.DecoderStopped);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new IntakeOutcome.Refused(IntakeRefusal.DecoderTooSlow);
        }
    }
}
