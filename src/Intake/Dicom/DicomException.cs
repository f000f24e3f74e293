using Scanlock.Contracts.Intake;

namespace Scanlock.Intake.Dicom;

/// <summary>
/// Ends the reading of an object that is not what it says. It never leaves the reader: who reads an object gets the code as a value. It holds
/// nothing of the object.
/// </summary>
internal sealed class DicomException : IOException
{
    public DicomException() : this(RefusalCode.Damaged) { }

    public DicomException(string message) : base(message) { }

    public DicomException(string message, Exception inner) : base(message, inner) { }

    internal DicomException(RefusalCode code) : base("The object cannot be read.") => Code = code;

    internal RefusalCode Code { get; } = RefusalCode.Damaged;
}
