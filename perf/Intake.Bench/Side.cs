using System.Diagnostics;

namespace Scanlock.Intake.Bench;

/// <summary>One side of the comparison and the time it took.</summary>
internal sealed class Side(int process, Func<byte[], Task> send)
{
    internal double Seconds { get; private set; }

    internal double CpuSeconds { get; private set; }

    internal Task TakeAsync(byte[][] objects, int connections, bool isTimed)
    {
        Task Send() => Parallel.ForEachAsync(objects, new ParallelOptions { MaxDegreeOfParallelism = connections }, async (bytes, _) => await send(bytes));
        return isTimed ? TimeAsync(Send) : Send();
    }

    internal async Task TimeAsync(Func<Task> work)
    {
        var cpu = ProcessTree.CpuSeconds(process);
        var clock = Stopwatch.StartNew();
        await work();
        Seconds += clock.Elapsed.TotalSeconds;
        CpuSeconds += ProcessTree.CpuSeconds(process) - cpu;
    }
}
