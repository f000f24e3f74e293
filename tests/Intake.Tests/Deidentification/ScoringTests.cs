using System.Text.Json;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests.Deidentification;

/// <summary>
/// The score of the MIDI-B benchmark, by pydicom: at least 99.93 % of the required actions, the best that any team reached there. Pixels are
/// scored with the masks.
/// </summary>
public sealed class ScoringTests
{
    private const double Required = 99.93;

    /// <summary>As a user does it: by the command, through the workers, with pixels cleaned.</summary>
    [Fact]
    public async Task Every_required_action_on_real_slices_is_done()
    {
        var slices = Workers.Data("ct-slices");
        Workers.NeedThem();
        Python.NeedPydicom();
        using var folder = new TestFolder();
        var (key, outputs) = (folder["key.csv"], folder["out"]);
        await Python.RunAsync("slices_key.py", slices, key);
        var run = await ProgramRunner.RunTextAsync(
            DotnetRuntime.Current().Start(Repository.Output("Cli", "scanlock.dll"), ["deidentify", slices, outputs]), new RunLimits(TimeSpan.FromMinutes(3)));
        Assert.True(run.Succeeded, run.Output + run.ErrorTail);

        await AssertScoreAsync(key, slices, outputs, leastActions: 40_000);
    }

    [Fact]
    public async Task Every_required_action_on_planted_identities_is_done()
    {
        Python.NeedPydicom();
        using var folder = new TestFolder();
        var (originals, key) = (Path.Combine(folder.Path, "in"), Path.Combine(folder.Path, "key.csv"));
        await Python.RunAsync("planting.py", originals, key);
        Assert.All(Directory.EnumerateFiles(originals), file => Assert.True(Deidentified.Write(file, folder["out", Path.GetFileName(file)])));

        await AssertScoreAsync(key, originals, folder["out"], leastActions: 17_000);
    }

    [Fact]
    public async Task Files_that_are_not_deidentified_score_low()
    {
        Python.NeedPydicom();
        using var folder = new TestFolder();
        var (originals, key) = (Path.Combine(folder.Path, "in"), Path.Combine(folder.Path, "key.csv"));
        await Python.RunAsync("planting.py", originals, key);
        using var score = JsonDocument.Parse(await Python.RunAsync("scoring.py", key, originals, originals));
        var categories = score.RootElement.GetProperty("categories");

        Assert.All(["text_removed", "date_shifted", "uid_changed"], category => Assert.Equal(0, categories.GetProperty(category).GetProperty("done").GetInt32()));
    }

    private static async Task AssertScoreAsync(string key, string originals, string outputs, int leastActions)
    {
        var report = await Python.RunAsync("scoring.py", key, originals, outputs);
        using var score = JsonDocument.Parse(report);
        TestContext.Current.SendDiagnosticMessage(report);

        Assert.True(score.RootElement.GetProperty("required").GetInt32() >= leastActions);
        Assert.True(score.RootElement.GetProperty("percent").GetDouble() >= Required, report);
    }
}
