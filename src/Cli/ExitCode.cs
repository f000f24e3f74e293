namespace Scanlock.Cli;

/// <summary>What every command's exit status says.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int RefusedByPolicy = 3;
    public const int VerificationFailed = 4;
}
