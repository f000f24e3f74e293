using System.Runtime.InteropServices;
using System.Text.Json;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>Looks at what a training left before any of it is sealed: two plain files of bounded size, and nothing else (P6).</summary>
internal static partial class OutputCheck
{
    /// <summary>Longest <c>metrics.json</c>, bytes.</summary>
    public const long MaxMetricsBytes = 4 << 20;

    private const int CurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const uint WantType = 0x1;
    private const int StatBytes = 256;
    private const int ModeAt = 28;
    private const int TypeMask = 0xF000;
    private const int PlainFile = 0x8000;

    /// <summary>A code of <see cref="JobFailures"/>, or null when all is as it should be. Nothing may be writing any more.</summary>
    public static string? Fault(WorkFolder work, long maxModelBytes)
    {
        var names = Directory.EnumerateFileSystemEntries(work.Out).Select(Path.GetFileName).ToArray();
        if (names.Any(name => name is not (TrainerJob.ModelFile or TrainerJob.MetricsFile))
            || names.Any(name => !IsPlainFile(Path.Combine(work.Out, name!))))
        {
            return JobFailures.OutputStray;
        }

        if (names.Length < 2)
        {
            return JobFailures.OutputMissing;
        }

        return new FileInfo(work.Model).Length > maxModelBytes || new FileInfo(work.Metrics).Length > MaxMetricsBytes
            ? JobFailures.OutputTooLarge
            : MetricsFault(File.ReadAllBytes(work.Metrics));
    }

    /// <summary>Whether metrics are JSON at all; what they may say is the gateway's to judge.</summary>
    private static string? MetricsFault(ReadOnlySpan<byte> metrics)
    {
        try
        {
            var reader = new Utf8JsonReader(metrics);
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException)
        {
            // Writers that know no better put NaN and Infinity where JSON has no such numbers.
            return metrics.IndexOf("NaN"u8) >= 0 || metrics.IndexOf("Infinity"u8) >= 0 ? JobFailures.Diverged : JobFailures.OutputMissing;
        }
    }

    // .NET cannot tell a named pipe, on which opening would hang, from a file.
    private static unsafe bool IsPlainFile(string path)
    {
        var stat = stackalloc byte[StatBytes];
        return statx(CurrentDirectory, path, NoFollow, WantType, stat) == 0 && (*(ushort*)(stat + ModeAt) & TypeMask) == PlainFile;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int statx(int directory, string path, int flags, uint mask, byte* result);
}
