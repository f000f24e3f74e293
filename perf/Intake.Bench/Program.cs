using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Scanlock.Intake.Bench;
using Scanlock.Intake.Text;

// Intake.Bench stow|memory|multiframe|text FOLDER COUNT: one JSON object on standard output. COUNT is objects, MiB for multiframe, or slices for text.
const int Connections = 8;
const int Turn = 100;
const int WarmUp = 300;
var (mode, folder, count) = (args[0], args[1], int.Parse(args[2], CultureInfo.InvariantCulture));
object result = mode switch
{
    "stow" => await StowAsync(),
    "memory" => await MemoryAsync(),
    "multiframe" => await MultiframeAsync(),
    "text" => Text(),
    _ => throw new ArgumentException($"There is no mode {mode}.", nameof(args)),
};
Console.WriteLine(JsonSerializer.Serialize(result));

async Task<object> StowAsync()
{
    if (!OrthancSide.IsThere)
    {
        throw new InvalidOperationException("The peer is missing: apt-get install orthanc orthanc-dicomweb");
    }

    await using var ours = await GatewaySide.StartAsync(Path.Combine(folder, "ours"));
    await using var posted = await OrthancSide.StartAsync(Path.Combine(folder, "posted"), usesStow: false);
    await using var stowed = await OrthancSide.StartAsync(Path.Combine(folder, "stowed"), usesStow: true);
    var sides = new Side[] { new(ours.Id, ours.SendAsync), new(posted.Id, posted.SendAsync), new(stowed.Id, stowed.SendAsync) };
    var objects = new CtObjects(512);

    // The first objects of each side warm it up: compiled code and started workers.
    await Task.WhenAll(sides.Select(async side => await side.TakeAsync(await MakeAsync(objects, count, WarmUp), Connections, isTimed: false)));
    for (var (done, turn) = (0, 0); done < count; done += Turn, turn++)
    {
        var made = await MakeAsync(objects, done, Math.Min(Turn, count - done));
        for (var i = 0; i < sides.Length; i++)
        {
            await sides[(i + turn) % sides.Length].TakeAsync(made, Connections, isTimed: true);
        }
    }

    var (received, receivingCpu) = (sides[0].Seconds, sides[0].CpuSeconds);

    // What warmed it up is sealed too.
    await sides[0].TimeAsync(() => ours.SealAsync(count + WarmUp), (double)count / (count + WarmUp));
    if (await posted.CountAsync() != count + WarmUp || await stowed.CountAsync() != count + WarmUp)
    {
        throw new InvalidOperationException("Orthanc holds another number of objects than were sent.");
    }

    return new
    {
        ours = count / sides[0].Seconds, receiving = count / received, receivingCpu = 1000 * receivingCpu / count, posted = count / sides[1].Seconds, stowed = count / sides[2].Seconds,
        cpu = sides.Select(side => 1000 * side.CpuSeconds / count), version = posted.Version,
    };
}

// Made on all cores, before anything is timed.
static async Task<byte[][]> MakeAsync(CtObjects objects, int from, int count)
{
    var made = new byte[count][];
    await Parallel.ForAsync(0, count, (i, _) =>
    {
        made[i] = objects.Slice(from + i);
        return ValueTask.CompletedTask;
    });
    return made;
}

async Task<object> MemoryAsync()
{
    await using var ours = await GatewaySide.StartAsync(Path.Combine(folder, "ours"));
    var objects = new CtObjects(64);
    var peaks = new List<(double Root, double Largest)>();
    var clock = Stopwatch.StartNew();
    for (var quarter = 1; quarter <= 4; quarter++)
    {
        await Parallel.ForAsync((quarter - 1) * count / 4, quarter * count / 4, new ParallelOptions { MaxDegreeOfParallelism = Connections },
            async (i, _) => await ours.SendAsync(objects.Slice(i)));
        peaks.Add(ProcessTree.PeakMiB(ours.Id));
    }

    var rate = count / clock.Elapsed.TotalSeconds;
    await ours.SealAsync(count);
    peaks.Add(ProcessTree.PeakMiB(ours.Id));
    return new { rate, gateway = peaks.Select(peak => Math.Round(peak.Root)), worker = peaks.Select(peak => Math.Round(peak.Largest)) };
}

async Task<object> MultiframeAsync()
{
    await using var ours = await GatewaySide.StartAsync(Path.Combine(folder, "ours"));
    var objects = new CtObjects(512);
    var frames = count * 2;
    var clock = Stopwatch.StartNew();
    await ours.SendAsync(objects.FramesHeader(0, frames), Enumerable.Range(0, frames).Select(objects.Pixels));
    var seconds = clock.Elapsed.TotalSeconds;
    var (gateway, worker) = ProcessTree.PeakMiB(ours.Id);
    return new { rate = count / seconds, gateway, worker };
}

// In this process and on one thread: the search alone, as a worker does it for each slice.
object Text()
{
    var objects = new CtObjects(512);
    var slices = new short[count][];
    for (var i = 0; i < count; i++)
    {
        slices[i] = MemoryMarshal.Cast<byte, short>(objects.Pixels(i).AsSpan()).ToArray();
    }

    Search(slices);
    var before = Environment.CpuUsage.TotalTime;
    var found = Search(slices);
    return new { milliseconds = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / count, found };
}

static int Search(short[][] slices) => slices.Count(slice => BurnedInText.Find(slice, 512, 512).Count > 0);
