using System.Collections.Concurrent;
using System.Diagnostics;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Pixels;
using Scanlock.IntakeWorkers;
using Scanlock.Testing;

namespace Scanlock.Intake.Fuzz;

/// <summary>The same through real workers in their sandbox, codecs included. What ends a worker has its code; without one it is a fault, and so is silence.</summary>
internal sealed class InWorkers(List<byte[]> corpus, Faults faults, int seed) : IIntakeLog
{
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<long, string> stops = new();
    private readonly ConcurrentDictionary<string, int> verdicts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> deaths = new(StringComparer.Ordinal);
    private long executions;

    internal long Executions => executions;

    internal IEnumerable<KeyValuePair<string, int>> Verdicts => verdicts.OrderByDescending(entry => entry.Value);

    internal IEnumerable<KeyValuePair<string, int>> Deaths => deaths.OrderByDescending(entry => entry.Value);

    public void Started(int worker)
    {
    }

    public void Stopped(int worker, long ordinal, string how) => stops[ordinal] = how;

    internal async Task RunAsync(TimeSpan time, int workers)
    {
        await using var pool = new IntakePool(IntakeOptions.Alone(workers) with { Worker = Repository.Output("Intake", "Scanlock.Intake.dll") }, this);
        await pool.CheckAsync(CancellationToken.None);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(one => Task.Run(async () =>
        {
            var random = new Random(seed + one);
            var mutation = new Mutation(random);
            while (clock.Elapsed < time)
            {
                await TryAsync(pool, mutation.Of(corpus[random.Next(corpus.Count)], corpus[random.Next(corpus.Count)]));
            }
        })));
    }

    private async Task TryAsync(IntakePool pool, byte[] input)
    {
        var ordinal = Interlocked.Increment(ref executions);
        using var timeUp = new CancellationTokenSource(s_most);
        using var content = new MemoryStream(input);
        IntakeOutcome outcome;
        try
        {
            outcome = await pool.ExamineAsync(new("", ""), new IntakeTask(1, ordinal, Samples: true, BurnedInTextRule.Mask, null), content, new Nobody(), timeUp.Token);
        }
#pragma warning disable CA1031 // Whatever an object throws at the host is what this is for.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            faults.Add($"host {exception.GetType().Name}", input);
            return;
        }

        var code = outcome switch { IntakeOutcome.Refused refused => refused.Refusal.CodeName, IntakeOutcome.Quarantined kept => kept.Reason.CodeName, _ => "accepted" };
        verdicts.AddOrUpdate(code, 1, (_, count) => count + 1);
        if (stops.TryRemove(ordinal, out var how))
        {
            Judge(input, outcome, code, how);
        }
    }

    private void Judge(byte[] input, IntakeOutcome outcome, string code, string how)
    {
        var codec = CodecOf(input);
        deaths.AddOrUpdate($"{codec} {how}", 1, (_, count) => count + 1);
        var fault = outcome is IntakeOutcome.Refused { Refusal: var refusal } && refusal == IntakeRefusal.DecoderTooSlow ? $"no verdict in {IntakeProtocol.ObjectTime.TotalSeconds:0} s, {codec}"
            : code != "damaged" ? $"a worker's death without its code, {codec}, {how}"
            : how is "signal 9" or "exit status 137" ? $"a worker out of protocol, {codec}"
            : codec is Codec.Native or Codec.RunLength ? $"a worker's death in managed code, {codec}, {how}"
            : null;
        if (fault is not null)
        {
            faults.Add(fault, input);
        }
    }

    private static Codec CodecOf(byte[] input)
    {
        using var stream = new MemoryStream(input);
        if (DicomReader.Open(stream) is not DicomOpening.Opened { Object: var opened })
        {
            return Codec.Native;
        }

        using (opened)
        {
            return Codecs.Of(opened.Header.TransferSyntax) ?? Codec.Native;
        }
    }

    private sealed class Nobody : IIntakeReceiver
    {
        public Task HeadAsync(IntakeHead head, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task SampleAsync(IntakeSample sample, MessageContent pixels, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task MaskAsync(IntakeMask mask, MessageContent content, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task RenditionAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
