using Xunit.MicrosoftTestingPlatform;
using Xunit.Runner.InProc.SystemConsole;

namespace Scanlock.Audit.Tests;

/// <summary>Runs the tests; or, with <c>append DIR</c>, is the process that the crash tests kill.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["append", var directory, var name] => await Appender.RunAsync(directory, name),
        _ when args.Contains("--server") || args.Contains("--internal-msbuild-node") =>
            await TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
        _ => await ConsoleRunner.Run(args),
    };
}
