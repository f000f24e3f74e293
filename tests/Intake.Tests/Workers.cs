using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests;

/// <summary>The real workers, in their real sandbox.</summary>
internal static class Workers
{
    internal static string Assembly { get; } = Repository.Output("Intake", "Scanlock.Intake.dll");

    internal static IntakePool Start(int workers = 1, IIntakeLog? log = null)
    {
        NeedThem();
        return new IntakePool(IntakeOptions.Alone(workers) with { Worker = Assembly }, log);
    }

    internal static ObjectOrigin Origin { get; } = new("ct", "pacs");

    internal static IntakeTask Asked(long ordinal = 0) => new(1, ordinal, Samples: true, BurnedInTextRule.Quarantine, Rendition: null);

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

    /// <summary>An object that is as it should be but for the encoded image: its JFIF version is one that GDCM aborts on.</summary>
    internal static byte[] Deadly()
    {
        var file = File.ReadAllBytes(Directory.GetFiles(Data("zoo", "dicom_cornerstone"), "CTImage.dcm_JPEGProcess14SV1*").Single());
        file[file.AsSpan().IndexOf("JFIF\0"u8) + "JFIF\0"u8.Length] = 154;
        return file;
    }

    internal static async Task<Examined> ExamineAsync(this IntakePool pool, string file)
    {
        await using var content = File.OpenRead(file);
        return await pool.ExamineAsync(content);
    }

    internal static async Task<Examined> ExamineAsync(this IntakePool pool, byte[] bytes)
    {
        using var content = new MemoryStream(bytes);
        return await pool.ExamineAsync(content);
    }

    internal static async Task<Examined> ExamineAsync(this IntakePool pool, Stream content, MaskTask? masks = null)
    {
        var received = new Received();
        return new Examined(await pool.ExamineAsync(Origin, Asked() with { Masks = masks }, content, received, CancellationToken.None), received);
    }
}

/// <summary>What became of an object, and what was found in it.</summary>
internal sealed record Examined(IntakeOutcome Outcome, Received Received)
{
    /// <summary>The code of a refusal or a quarantine, or "accepted".</summary>
    internal string Code => Outcome.Code();

    /// <summary>The only sample of an object that was accepted.</summary>
    internal (IntakeHead Head, IntakeSample Sample, byte[] Pixels) Accepted()
    {
        Assert.IsType<IntakeOutcome.Accepted>(Outcome);
        return Slice();
    }

    /// <summary>The only sample of an object that was accepted or quarantined.</summary>
    internal (IntakeHead Head, IntakeSample Sample, byte[] Pixels) Slice()
    {
        Assert.IsNotType<IntakeOutcome.Refused>(Outcome);
        var (sample, pixels) = Assert.Single(Received.Samples);
        return (Received.Head!, sample, pixels);
    }
}

/// <summary>Keeps all that is received.</summary>
internal sealed class Received : IIntakeReceiver
{
    internal IntakeHead? Head { get; private set; }

    internal List<(IntakeSample Sample, byte[] Pixels)> Samples { get; } = [];

    internal List<(IntakeMask Mask, byte[] Content)> Masks { get; } = [];

    internal MemoryStream Rendition { get; } = new();

    public Task HeadAsync(IntakeHead head, CancellationToken cancellationToken)
    {
        Head = head;
        return Task.CompletedTask;
    }

    public Task SampleAsync(IntakeSample sample, MessageContent pixels, CancellationToken cancellationToken)
    {
        Samples.Add((sample, pixels.Bytes.ToArray()));
        return Task.CompletedTask;
    }

    public Task MaskAsync(IntakeMask mask, MessageContent content, CancellationToken cancellationToken)
    {
        Masks.Add((mask, content.Bytes.ToArray()));
        return Task.CompletedTask;
    }

    public Task RenditionAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Rendition.Write(bytes.Span);
        return Task.CompletedTask;
    }
}

internal static class OutcomeCodes
{
    internal static string Code(this IntakeOutcome outcome) => outcome switch
    {
        IntakeOutcome.Refused refused => refused.Refusal.CodeName,
        IntakeOutcome.Quarantined kept => kept.Reason.CodeName,
        _ => "accepted",
    };
}
