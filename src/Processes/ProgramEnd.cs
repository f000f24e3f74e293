namespace Scanlock.Processes;

/// <summary>How a program ended by itself: with an exit status, or by a signal (9 where it was killed).</summary>
public abstract record ProgramExit
{
    private ProgramExit() { }

    public sealed record Status(int Code) : ProgramExit;

    public sealed record Signal(int Number) : ProgramExit;

    public bool Succeeded => this is Status { Code: 0 };

    /// <summary>In words, for a message: "exit status 2", "signal 9".</summary>
    public sealed override string ToString() => this switch
    {
        Status status => $"exit status {status.Code}",
        Signal signal => $"signal {signal.Number}",
        _ => throw new InvalidOperationException("No such exit."),
    };
}

/// <summary>How a bounded run ended: by itself, or because a bound was met, or before it began.</summary>
public abstract record ProgramEnd
{
    private ProgramEnd() { }

    public sealed record Exited(ProgramExit Exit) : ProgramEnd;

    public sealed record TimedOut(TimeSpan Limit) : ProgramEnd;

    public sealed record OutputTooLarge(long Limit) : ProgramEnd;

    public sealed record NotStarted(string Reason) : ProgramEnd;

    public bool Succeeded => this is Exited { Exit.Succeeded: true };

    /// <summary>In words, for a message: "ran past its limit of 10 s".</summary>
    public sealed override string ToString() => this switch
    {
        Exited exited => exited.Exit.ToString(),
        TimedOut timedOut => $"ran past its limit of {timedOut.Limit.TotalSeconds:0.###} s",
        OutputTooLarge tooLarge => $"wrote more than {tooLarge.Limit} bytes",
        NotStarted notStarted => notStarted.Reason,
        _ => throw new InvalidOperationException("No such end."),
    };
}

/// <summary>What a bounded run may take: time, and bytes on its standard output.</summary>
public sealed record RunLimits(TimeSpan Time, long OutputBytes = 1 << 20);

/// <summary>The end of a bounded run, with the last of what it wrote to standard error.</summary>
public sealed record ProgramResult(ProgramEnd End, string ErrorTail)
{
    public bool Succeeded => End.Succeeded;
}

/// <summary>As <see cref="ProgramResult"/>, with its standard output as text.</summary>
public sealed record ProgramText(ProgramEnd End, string Output, string ErrorTail)
{
    public bool Succeeded => End.Succeeded;
}

/// <summary>The system refused to start a program; the message names the program and the reason.</summary>
public sealed class ProgramStartException : IOException
{
    public ProgramStartException(string message) : base(message) { }

    public ProgramStartException(string message, Exception inner) : base(message, inner) { }

    public ProgramStartException() { }
}
