using Scanlock.Contracts.Intake;

namespace Scanlock.IntakeWorkers;

/// <summary>What became of an object at the intake.</summary>
public abstract record IntakeOutcome
{
    private IntakeOutcome() { }

    /// <summary>All of it was read, and what the task asked for was received.</summary>
    /// <param name="Report">What the de-identification did, where a rendition was asked for.</param>
    public sealed record Accepted(DeidentificationReport? Report) : IntakeOutcome;

    /// <summary>As accepted, but a steward must decide first.</summary>
    public sealed record Quarantined(QuarantineReason Reason) : IntakeOutcome;

    /// <summary>What was received of it until then is void.</summary>
    public sealed record Refused(IntakeRefusal Refusal) : IntakeOutcome;

    /// <summary>No worker became free in time; nothing of it was read.</summary>
    public sealed record NotBegun : IntakeOutcome;
}

/// <summary>
/// Takes what a worker finds in an object, while the object is still being sent. All that comes was checked; nothing of it counts until the
/// outcome says so. An exception ends the worker and goes on to the caller.
/// </summary>
public interface IIntakeReceiver
{
    /// <summary>Whose the object is; once, before any sample.</summary>
    Task HeadAsync(IntakeHead head, CancellationToken cancellationToken);

    /// <summary>A sample.</summary>
    /// <param name="sample">What is said of it.</param>
    /// <param name="pixels">int16 Hounsfield units, little endian, row by row; wiped once this is done.</param>
    /// <param name="cancellationToken">Cancels the receiving.</param>
    Task SampleAsync(IntakeSample sample, MessageContent pixels, CancellationToken cancellationToken);

    /// <summary>A mask.</summary>
    /// <param name="mask">What is said of it.</param>
    /// <param name="content">What it marks, as its form says; wiped once this is done.</param>
    /// <param name="cancellationToken">Cancels the receiving.</param>
    Task MaskAsync(IntakeMask mask, MessageContent content, CancellationToken cancellationToken);

    /// <summary>The next bytes of the de-identified object, there until this is done.</summary>
    Task RenditionAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>A file that the object, a DICOMDIR, lists. Only who asks for neither samples nor a rendition is told any.</summary>
    Task ReferenceAsync(IntakeReference reference, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The intake cannot work on this machine; the message says what is missing.</summary>
public sealed class IntakeUnavailableException : IOException
{
    public IntakeUnavailableException() { }

    public IntakeUnavailableException(string message) : base(message) { }

    public IntakeUnavailableException(string message, Exception inner) : base(message, inner) { }
}
