using System.IO.Pipelines;

namespace Scanlock.Gateway.Storage.Blobs;

/// <summary>Joins what writes plaintext to what encrypts it, through a bounded piece of memory and nothing else (P2).</summary>
internal static class PlaintextPipe
{
    private const int PauseBytes = 1 << 20;

    /// <summary>Runs both ends; when either fails, the other is stopped and the first fault is thrown.</summary>
    public static async Task<(TWritten Written, TRead Read)> RunAsync<TWritten, TRead>(
        Func<Stream, CancellationToken, Task<TWritten>> write, Func<Stream, CancellationToken, Task<TRead>> read, CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, useSynchronizationContext: false));
        var writing = WriteAsync(write, pipe.Writer, cancellationToken);
        await using var plaintext = pipe.Reader.AsStream();
        try
        {
            var outcome = await read(plaintext, cancellationToken);
            return (await writing, outcome);
        }
        catch
        {
            // Lets a writer that waits for room see that nobody reads; its own fault, if it was first, came through the pipe.
            await pipe.Reader.CompleteAsync();
            await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static async Task<T> WriteAsync<T>(Func<Stream, CancellationToken, Task<T>> write, PipeWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var written = await write(writer.AsStream(leaveOpen: true), cancellationToken);
            await writer.CompleteAsync();
            return written;
        }
        catch (Exception e)
        {
            await writer.CompleteAsync(e);
            throw;
        }
    }
}
