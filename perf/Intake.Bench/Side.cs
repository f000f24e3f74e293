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

    /// <param name="work">What is timed.</param>
    /// <param name="share">How much of it is of objects that are counted.</param>
    internal async Task TimeAsync(Func<Task> work, double share = 1)
    {
        var cpu = ProcessTree.CpuSeconds(process);
        var clock = Stopwatch.StartNew();
        await work();
        Seconds += share * clock.Elapsed.TotalSeconds;
        CpuSeconds += share * (ProcessTree.CpuSeconds(process) - cpu);
    }
}
