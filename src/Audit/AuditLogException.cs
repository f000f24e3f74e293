namespace Scanlock.Audit;

/// <summary>A log is not what it must be, or cannot be used as asked. The message says where and why, for its operator.</summary>
public sealed class AuditLogException : Exception
{
    public AuditLogException() { }
    public AuditLogException(string message) : base(message) { }
    public AuditLogException(string message, Exception innerException) : base(message, innerException) { }
}
