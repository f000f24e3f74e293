namespace Scanlock.Web;

/// <summary>The host cannot start with this configuration; the message lists every fault, a line each.</summary>
public sealed class HostConfigurationException : Exception
{
    public HostConfigurationException() { }
    public HostConfigurationException(string message) : base(message) { }
    public HostConfigurationException(string message, Exception innerException) : base(message, innerException) { }

    public HostConfigurationException(IReadOnlyList<string> problems) : base(string.Join(Environment.NewLine, problems)) { }

    public static void ThrowIfAny(IReadOnlyList<string> problems)
    {
        if (problems.Count > 0)
        {
            throw new HostConfigurationException(problems);
        }
    }
}
