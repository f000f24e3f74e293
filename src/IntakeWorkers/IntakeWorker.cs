using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.Processes;

namespace Scanlock.IntakeWorkers;

/// <summary>
/// One worker process and the conversation with it, one object at a time. When the worker dies, hangs or says what it should not, the
/// object at hand is refused and the worker is not usable from then on.
/// </summary>
internal sealed class IntakeWorker : IAsyncDisposable
{
    /// <summary>A slice goes through in one piece: this is the most that Linux lets anybody have.</summary>
    private const int PipeBytes = 1 << 20;

    private static readonly TimeSpan s_greetingTime = TimeSpan.FromSeconds(30);

    private readonly RunningProgram program;
    private readonly IntakeMessageReader messages;
    private bool isSpent;

    private IntakeWorker(RunningProgram program) => (this.program, messages) = (program, new IntakeMessageReader(program.Output));

    internal int Id => program.Id;

    /// <summary>The dataset whose objects it was given; null where it was given none yet.</summary>
    internal string? Dataset { get; private set; }

    /// <summary>How many objects it was given.</summary>
    internal int Objects { get; private set; }

    /// <summary>How many samples it found.</summary>
    internal long Samples { get; private set; }

    /// <summary>Whether it can be given an object.</summary>
    internal bool IsUsable => !isSpent && !program.Exit.IsCompleted;

    /// <summary>How it ended, in words, once it is disposed.</summary>
    internal string End => program.Exit.IsCompletedSuccessfully ? program.Exit.Result.ToString() : "running";

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

    /// <summary>Gives it a task. False where the worker is found dead: nothing of the object has been read then.</summary>
    /// <param name="dataset">The object's dataset, which must be that of all objects before.</param>
    /// <param name="task">What is wanted of the object.</param>
    internal async Task<bool> TryBeginAsync(string dataset, IntakeTask task)
    {
        if ((Dataset ??= dataset) != dataset)
        {
            throw new InvalidOperationException("A worker sees objects of one dataset only.");
        }

        Objects++;
        isSpent = true;
        using var timeUp = new CancellationTokenSource(IntakeProtocol.ObjectTime);
        try
        {
            await IntakeFrames.WriteJsonAsync(program.Input, task, ContractsJson.Strict.IntakeTask, timeUp.Token);
            var begun = await messages.ReadAsync(timeUp.Token);
            using var nothing = begun.Content;
            return begun.Kind == IntakeMessageKind.Begun && Wire.Read(begun.Json.Span, ContractsJson.Strict.IntakeBegun).Ordinal == task.Ordinal;
        }
        catch (Exception exception) when (exception is IOException or WireFormatException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>
    /// Sends the object of the task that was begun as it arrives, and hands on what the worker finds in it. Where <paramref name="content"/> cannot be
    /// read, where the receiver fails, or on cancelling, the object is abandoned and the exception goes on to the caller.
    /// </summary>
    internal async Task<IntakeOutcome> ExamineAsync(IntakeTask task, Stream content, IIntakeReceiver receiver, CancellationToken cancellationToken)
    {
        using var exchange = new ObjectExchange(program, messages, task, receiver);
        try
        {
            return await exchange.RunAsync(content, cancellationToken);
        }
        finally
        {
            isSpent = !exchange.IsOver;
            Samples += exchange.Samples;
        }
    }

    public ValueTask DisposeAsync() => program.DisposeAsync();

    private static RunningProgram Start(string assembly)
    {
        if (!File.Exists(assembly))
        {
            throw new IntakeUnavailableException($"The intake worker is not there: {assembly}");
        }

        try
        {
            return RunningProgram.Start(WorkerSandbox.Worker(assembly), PipeBytes);
        }
        catch (ProgramStartException exception)
        {
            throw new IntakeUnavailableException($"The intake worker cannot be started: {exception.Message}", exception);
        }
    }

    private static async Task<string?> GreetAsync(RunningProgram program, CancellationToken cancellationToken)
    {
        using var timeUp = new CancellationTokenSource(s_greetingTime);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeUp.Token);
        try
        {
            var greeting = await IntakeFrames.ReadJsonAsync(program.Output, ContractsJson.Strict.IntakeGreeting, either.Token);
            return greeting is null ? "It ends without a greeting." : greeting.WhyNot;
        }
        catch (WireFormatException)
        {
            return "It ends without a greeting.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"It does not greet within {s_greetingTime.TotalSeconds:0} seconds.";
        }
    }
}
