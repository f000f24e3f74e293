using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;

namespace Scanlock.Intake.Fuzz;

/// <summary>
/// The managed part of the worker in this process: reader, judgement, de-identification, native and run-length frames, text. An input that ends
/// at a place where none has ended before is mutated further. Whatever the worker does not catch is a fault.
/// </summary>
internal sealed class InProcess(List<byte[]> corpus, Faults faults, Random random)
{
    private const int MostInputs = 5000;
    private static readonly string s_key = System.Buffers.Text.Base64Url.EncodeToString(new byte[32]);
    private static readonly IntakeTask[] s_tasks =
    [
        new(1, 0, Samples: true, BurnedInTextRule.Quarantine, null), new(1, 0, Samples: true, BurnedInTextRule.Mask, null),
        new(1, 0, Samples: false, BurnedInTextRule.Mask, new RenditionTask(DeidentificationOptions.All, s_key)),
        new(1, 0, Samples: false, BurnedInTextRule.Mask, new RenditionTask(DeidentificationOptions.Basic, s_key)),
    ];

    private readonly Mutation mutation = new(random);
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);
    private readonly HashSet<string> ends = new(StringComparer.Ordinal);
    private byte[] input = [];
    private long begun;

    internal long Executions { get; private set; }

    internal int Places => seen.Count;

    internal double SlowestSeconds { get; private set; }

    /// <param name="time">How long.</param>
    /// <param name="patience">How long one input may take; past it the process ends, for it cannot end the thread.</param>
    internal void Run(TimeSpan time, TimeSpan patience)
    {
        AppDomain.CurrentDomain.FirstChanceException += Note;
        using var watch = new Timer(_ => EndIfStuck(patience), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time; Executions++)
        {
            input = mutation.Of(corpus[random.Next(corpus.Count)], corpus[random.Next(corpus.Count)]);
            Interlocked.Exchange(ref begun, Stopwatch.GetTimestamp());
            Try(s_tasks[random.Next(s_tasks.Length)]);
            SlowestSeconds = Math.Max(SlowestSeconds, Stopwatch.GetElapsedTime(Interlocked.Exchange(ref begun, 0)).TotalSeconds);
        }

        AppDomain.CurrentDomain.FirstChanceException -= Note;
    }

    private void Try(IntakeTask task)
    {
        ends.Clear();
        try
        {
            ends.Add(Judge(task));
        }
#pragma warning disable CA1031 // Finding exceptions of any type is what this is for.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            var place = new StackTrace(exception).GetFrame(0)?.GetMethod();
            faults.Add($"{exception.GetType().Name} {place?.DeclaringType?.Name}.{place?.Name}", input);
        }

        var before = seen.Count;
        seen.UnionWith(ends);
        if (seen.Count > before && corpus.Count < MostInputs)
        {
            corpus.Add(input);
        }
    }

    private string Judge(IntakeTask task)
    {
        using (var first = new MemoryStream(input))
        {
            if (DicomReader.Open(first) is DicomOpening.Opened { Object: var opened })
            {
                using (opened)
                {
                    if (opened.Header.Pixels == PixelDataKind.Encapsulated && Codecs.Of(opened.Header.TransferSyntax) is not (null or Codec.Native or Codec.RunLength))
                    {
                        // What GDCM would decode may end the process, and is for the workers.
                        return "gdcm";
                    }
                }
            }
        }

        using var content = new MemoryStream(input);
        var judgement = new Examination(task, new Intake.Findings(Stream.Null), "/dev/null/none").Of(content);
        return $"{judgement.Refused} {judgement.Quarantined} {judgement.Report?.Elements.Count}";
    }

    /// <summary>Where reading gave up, by method and place in it.</summary>
    private void Note(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (thrown.Exception is DicomException)
        {
            var frames = new StackTrace().GetFrames().Skip(1).Where(frame => frame.GetMethod()?.DeclaringType?.Namespace?.StartsWith("Scanlock.Intake", StringComparison.Ordinal) == true).Take(3);
            ends.Add(string.Join(' ', frames.Select(frame => $"{frame.GetMethod()!.Name}+{frame.GetILOffset()}")));
        }
    }

    private void EndIfStuck(TimeSpan patience)
    {
        if (Interlocked.Read(ref begun) is not 0 and var since && Stopwatch.GetElapsedTime(since) > patience)
        {
            faults.Add("no end", input);
            Environment.FailFast($"An input is not through after {patience}.");
        }
    }
}
