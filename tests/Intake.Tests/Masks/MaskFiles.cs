using System.Text.Json;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests.Masks;

/// <summary>Objects with masks, and volumes, made by pydicom and numpy (masks.py), and what they hold.</summary>
public sealed class MaskFiles : IAsyncLifetime
{
    private readonly TestFolder folder = new();
    private JsonElement expected;

    public async ValueTask InitializeAsync()
    {
        if (!IsHere)
        {
            return;
        }

        var script = Path.Combine(Repository.Root, "tests", "Intake.Tests", "Masks", "masks.py");
        var run = await ProgramRunner.RunTextAsync(new ProgramStart("/usr/bin/python3", "-W", "ignore", script, folder.Path), new RunLimits(TimeSpan.FromMinutes(3)));
        Assert.True(run.Succeeded, run.ErrorTail);
        expected = JsonDocument.Parse(run.Output).RootElement;
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private static bool IsHere { get; } = Directory.Exists("/usr/lib/python3/dist-packages/pydicom") && Directory.Exists("/usr/lib/python3/dist-packages/numpy");

    internal JsonElement Expected(string name)
    {
        Need();
        return expected.GetProperty(name);
    }

    internal string At(string name)
    {
        Need();
        return folder[name];
    }

    private static void Need() => Assert.SkipUnless(IsHere, "python3-pydicom or python3-numpy is not installed");
}
