using System.Buffers;
using System.Text;

namespace Scanlock.Processes;

/// <summary>The one place that starts programs: bounded runs, and programs that outlive their starter.</summary>
public static class ProgramRunner
{
    private const int ChunkBytes = 64 * 1024;

    /// <summary>
    /// Runs a program to its end: <paramref name="input"/> to its standard input, its standard output to <paramref name="output"/>.
    /// Past a limit it is killed with all it started, and the result says which limit. Cancelling kills likewise, and throws.
    /// </summary>
    public static async Task<ProgramResult> RunAsync(
        ProgramStart start, RunLimits limits, Stream? input, Stream output, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RunningProgram program;
        try
        {
            program = RunningProgram.Start(start);
        }
        catch (ProgramStartException exception)
        {
            return new ProgramResult(new ProgramEnd.NotStarted(exception.Message), "");
        }

        ProgramEnd end;
        await using (program)
        {
            end = await AttendAsync(program, limits, input ?? Stream.Null, output, cancellationToken);
        }

        return new ProgramResult(end, program.ErrorTail);
    }

    /// <summary>As <see cref="RunAsync"/>, with a text in and its standard output as text.</summary>
    public static async Task<ProgramText> RunTextAsync(
        ProgramStart start, RunLimits limits, string input = "", CancellationToken cancellationToken = default)
    {
        using var source = new MemoryStream(Encoding.UTF8.GetBytes(input));
        using var output = new MemoryStream();
        var result = await RunAsync(start, limits, source, output, cancellationToken);
        return new ProgramText(result.End, Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length), result.ErrorTail);
    }

    /// <summary>
    /// Starts a program that does not depend on this one: its own session, nothing to read, its output appended to a file that only its
    /// owner may read. Returns its process number.
    /// </summary>
    public static int StartDetached(ProgramStart start, string logFile) =>
        new Child(Spawn.Start(start, new Streams.LogFile(Path.GetFullPath(logFile))), takesGroupAlong: false).Id;

    private static async Task<ProgramEnd> AttendAsync(
        RunningProgram program, RunLimits limits, Stream input, Stream output, CancellationToken cancellationToken)
    {
        using var timeUp = new CancellationTokenSource(limits.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeUp.Token);
        using var feedingEnds = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
        var feeding = FeedAsync(input, program.Input, feedingEnds.Token);
        try
        {
            if (!await CopyWithinAsync(program.Output, output, limits.OutputBytes, either.Token))
            {
                return new ProgramEnd.OutputTooLarge(limits.OutputBytes);
            }

            return new ProgramEnd.Exited(await program.Exit.WaitAsync(either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && timeUp.IsCancellationRequested)
        {
            return new ProgramEnd.TimedOut(limits.Time);
        }
        finally
        {
            program.Kill();
            await feedingEnds.CancelAsync();
            await feeding;
        }
    }

    private static async Task FeedAsync(Stream source, Stream sink, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int count;
            while ((count = await source.ReadAsync(chunk, cancellationToken)) > 0 && await TryWriteAsync(sink, chunk.AsMemory(0, count), cancellationToken))
            {
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The program has ended, or is being ended; how is told by the one who watches it.
            return;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
            await sink.DisposeAsync();
        }
    }

    private static async ValueTask<bool> TryWriteAsync(Stream sink, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await sink.WriteAsync(bytes, cancellationToken);
            return true;
        }
        catch (IOException)
        {
            // A program need not read all it is offered.
            return false;
        }
    }

    private static async Task<bool> CopyWithinAsync(Stream source, Stream sink, long limit, CancellationToken cancellationToken)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            int count;
            for (long total = 0; (count = await source.ReadAsync(chunk, cancellationToken)) > 0;)
            {
                total += count;
                if (total > limit)
                {
                    return false;
                }

                await sink.WriteAsync(chunk.AsMemory(0, count), cancellationToken);
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk, clearArray: true);
        }
    }
}
