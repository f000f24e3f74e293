using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests.Deidentification;

/// <summary>The judges beside the tests: programs of others, driven by scripts of Debian's Python.</summary>
internal static class Python
{
    private static readonly RunLimits Limits = new(TimeSpan.FromMinutes(3), OutputBytes: 4 << 20);

    internal static void NeedPydicom() => Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/pydicom"), "python3-pydicom is not installed");

    internal static async Task<string> RunAsync(string script, params string[] arguments)
    {
        var path = Path.Combine(Repository.Root, "tests", "Intake.Tests", "Deidentification", script);
        var run = await ProgramRunner.RunTextAsync(new ProgramStart("/usr/bin/python3", [path, .. arguments]), Limits);
        Assert.True(run.Succeeded, run.ErrorTail);
        return run.Output;
    }
}
