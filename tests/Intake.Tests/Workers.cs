using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Scanlock.Gateway.Intake;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests;

/// <summary>The real workers, in their real sandbox.</summary>
internal static class Workers
{
    internal static string Assembly { get; } = Repository.Output("Intake", "Scanlock.Intake.dll");

    internal static IntakePool Start(int workers = 1, ILogger<IntakePool>? logger = null)
    {
        NeedThem();
        return new IntakePool(new IntakeOptions { Worker = Assembly, Workers = workers }, logger ?? NullLogger<IntakePool>.Instance);
    }

    internal static void NeedThem()
    {
        Assert.SkipWhen(Programs.Find("bwrap") is null, "bubblewrap is not installed");
        Assert.SkipUnless(Directory.Exists("/usr/lib/cli") && Directory.GetDirectories("/usr/lib/cli", "gdcm-sharp-*").Length > 0, "libgdcm-cil is not installed");
    }

    /// <summary>A folder of the shared CT data; the test is skipped where it is absent.</summary>
    internal static string Data(params string[] parts)
    {
        var path = Repository.SharedData(parts);
        Assert.SkipWhen(path is null, $"the test data {string.Join('/', parts)} is not here (SCANLOCK_DATA)");
        return path!;
    }

    internal static async Task<IntakeOutcome> ExamineAsync(this IntakePool pool, string file)
    {
        await using var content = File.OpenRead(file);
        return await pool.ExamineAsync(0, content, CancellationToken.None);
    }

    internal static async Task<IntakeOutcome> ExamineAsync(this IntakePool pool, byte[] bytes)
    {
        using var content = new MemoryStream(bytes);
        return await pool.ExamineAsync(0, content, CancellationToken.None);
    }

    internal static IntakeOutcome.Accepted Accepted(this IntakeOutcome outcome) => Assert.IsType<IntakeOutcome.Accepted>(outcome);

    /// <summary>The code of a refusal, or "accepted".</summary>
    internal static string Code(this IntakeOutcome outcome) =>
        outcome is IntakeOutcome.Refused refused ? refused.Refusal.CodeName : "accepted";
}
