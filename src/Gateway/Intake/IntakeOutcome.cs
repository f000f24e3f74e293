using Scanlock.Contracts.Intake;

namespace Scanlock.Gateway.Intake;

/// <summary>What became of an object at the intake.</summary>
public abstract record IntakeOutcome
{
    private IntakeOutcome() { }

    /// <param name="Content">What is said of it; its identifiers are for matching and hashing only.</param>
    /// <param name="Pixels">int16 Hounsfield units, little endian, row by row.</param>
    public sealed record Accepted(AcceptedObject Content, byte[] Pixels) : IntakeOutcome;

    public sealed record Refused(IntakeRefusal Refusal) : IntakeOutcome;
}

/// <summary>The intake cannot work on this machine; the message says what is missing.</summary>
public sealed class IntakeUnavailableException : IOException
{
    public IntakeUnavailableException() { }

    public IntakeUnavailableException(string message) : base(message) { }

    public IntakeUnavailableException(string message, Exception inner) : base(message, inner) { }
}
