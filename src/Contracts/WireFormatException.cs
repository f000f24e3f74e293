namespace Scanlock.Contracts;

/// <summary>Bytes from outside are not the format they should be. The message names the format and the fault, never the content.</summary>
public sealed class WireFormatException : FormatException
{
    public WireFormatException() { }
    public WireFormatException(string message) : base(message) { }
    public WireFormatException(string message, Exception innerException) : base(message, innerException) { }
}
