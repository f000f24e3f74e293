using System.IO.Pipes;

namespace Scanlock.Processes;

/// <summary>
/// A program spoken to while it runs: bytes written to <see cref="Input"/> arrive on its standard input, its standard output is read
/// from <see cref="Output"/>, and the last of its standard error is kept. When it ends, what it left in its process group is killed;
/// disposing kills it with everything it started and waits for its end.
/// </summary>
public sealed class RunningProgram : IAsyncDisposable
{
    /// <summary>How long what has got away from its session may hold standard error open before the rest is given up.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    private readonly Child child;
    private readonly AnonymousPipeServerStream input;
    private readonly AnonymousPipeServerStream output;
    private readonly AnonymousPipeServerStream error;
    private readonly TailBuffer errorTail = new();
    private readonly Task draining;

    private RunningProgram(Child child, AnonymousPipeServerStream input, AnonymousPipeServerStream output, AnonymousPipeServerStream error)
    {
        this.child = child;
        this.input = input;
        this.output = output;
        this.error = error;
        draining = errorTail.FillAsync(error);
    }

    public int Id => child.Id;

    /// <summary>Its standard input; disposing it is its end of file. Writing fails with <see cref="IOException"/> once it reads no more.</summary>
    public Stream Input => input;

    public Stream Output => output;

    /// <summary>How it ended, when it has.</summary>
    public Task<ProgramExit> Exit => child.Exit;

    /// <summary>The last 16 KiB of what it wrote to standard error so far.</summary>
    public string ErrorTail => errorTail.Text;

    /// <summary>Completes once its standard error has ended, so that <see cref="ErrorTail"/> is all there will be.</summary>
    public Task ErrorsRead => draining;

    /// <summary>Starts a program. Throws <see cref="ProgramStartException"/> where the system refuses.</summary>
    /// <param name="start">The program.</param>
    /// <param name="pipeBytes">
    /// How much may lie in its input and in its output before who writes must wait, so that large pieces do not go back and forth; where the system
    /// has less to give, its usual 64 KiB.
    /// </param>
    public static RunningProgram Start(ProgramStart start, int? pipeBytes = null)
    {
        AnonymousPipeServerStream toProgram = new(PipeDirection.Out, HandleInheritability.None);
        AnonymousPipeServerStream fromProgram = new(PipeDirection.In, HandleInheritability.None);
        AnonymousPipeServerStream errors = new(PipeDirection.In, HandleInheritability.None);
        AnonymousPipeServerStream[] all = [toProgram, fromProgram, errors];
        try
        {
            foreach (var pipe in pipeBytes is null ? [] : new[] { toProgram, fromProgram })
            {
                _ = Native.fcntl((int)pipe.SafePipeHandle.DangerousGetHandle(), Native.SetPipeBytes, pipeBytes.GetValueOrDefault());
            }

            var pipes = new Streams.Pipes(toProgram.ClientSafePipeHandle, fromProgram.ClientSafePipeHandle, errors.ClientSafePipeHandle);
            var started = new Child(Spawn.Start(start, pipes), takesGroupAlong: true);
            Array.ForEach(all, pipe => pipe.DisposeLocalCopyOfClientHandle());
            return new RunningProgram(started, toProgram, fromProgram, errors);
        }
        catch (ProgramStartException)
        {
            Array.ForEach(all, pipe => pipe.Dispose());
            throw;
        }
    }

    /// <summary>Kills it with all it started: its group, its session, its descendants. What ends it shows in <see cref="Exit"/>.</summary>
    public void Kill() => child.Kill();

    public async ValueTask DisposeAsync()
    {
        child.Kill();
        await child.Exit;
        await input.DisposeAsync();
        await output.DisposeAsync();

        // What it said last may still lie in the pipe.
        await Task.WhenAny(draining, Task.Delay(s_lastWords));
        await error.DisposeAsync();
        await draining;
    }
}
