using System.Globalization;
using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Intake.Tests;

/// <summary>The worker's isolation, seen from outside on the running process, and what its end costs.</summary>
[Collection(Alone)]
public sealed class WorkerLifeTests
{
    // These tests look for the workers of this process, so no other test may have any.
    internal const string Alone = "alone";

    private static readonly byte[] Good = new TestObject().ToFile();

    [Fact]
    [Trait("promise", "P2")]
    public async Task The_worker_has_no_network_no_privilege_and_nowhere_to_write_but_memory()
    {
        await using var worker = await StartAsync();
        var process = $"/proc/{Inside(worker)}";

        var devices = (await File.ReadAllLinesAsync($"{process}/net/dev")).Where(line => line.Contains(':', StringComparison.Ordinal));
        Assert.Equal(["lo"], devices.Select(line => line.Split(':')[0].Trim()));

        var status = (await File.ReadAllLinesAsync($"{process}/status")).ToLookup(line => line.Split(':')[0], line => line.Split(':')[1].Trim());
        Assert.Equal("2", status["Seccomp"].Single());
        Assert.Equal("1", status["NoNewPrivs"].Single());
        Assert.Equal("0000000000000000", status["CapEff"].Single());
        Assert.Equal("0000000000000000", status["CapBnd"].Single());

        // Fields of mountinfo: 5 the place, 6 its options, 9 (after the dash) the file system.
        var mounts = (await File.ReadAllLinesAsync($"{process}/mountinfo")).Select(line => line.Split(' ')).ToList();
        var writable = mounts.Where(mount => mount[5].Split(',').Contains("rw")).Select(mount => mount[4]).Where(place => !place.StartsWith("/dev/", StringComparison.Ordinal));
        Assert.Equal(["/proc", "/tmp/frame"], writable.Order());
        Assert.Equal("tmpfs", mounts.Single(mount => mount[4] == "/tmp/frame").SkipWhile(field => field != "-").ElementAt(1));
        Assert.DoesNotContain(mounts, mount => mount[4].StartsWith("/home", StringComparison.Ordinal) || mount[4].StartsWith("/root", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_worker_is_bounded_and_leaves_no_core()
    {
        await using var worker = await StartAsync();
        var limits = await File.ReadAllTextAsync($"/proc/{Inside(worker)}/limits");

        Assert.Matches(@"Max core file size +[01] ", limits);
        Assert.Matches(@"Max address space +\d+ ", limits);
        Assert.Matches(@"Max cpu time +14400 ", limits);
    }

    [Fact]
    [Trait("promise", "P2")]
    public async Task No_object_stays_behind_in_the_workers_one_file()
    {
        var encoded = Directory.GetFiles(Workers.Data("zoo", "dicom_cornerstone"), "CTImage.dcm_JPEGProcess14SV1*").Single();
        await using var worker = await StartAsync();
        var memory = $"/proc/{Inside(worker)}/root/tmp";
        Assert.Equal("accepted", (await AskAsync(worker, 1, File.OpenRead(encoded), CancellationToken.None)).Code());

        Assert.Equal(0, new FileInfo(Assert.Single(Directory.GetFileSystemEntries(memory))).Length);
    }

    [Fact]
    public async Task A_worker_that_hangs_at_an_object_is_stopped_in_time_and_costs_that_object()
    {
        await using var worker = await StartAsync();
        var upload = new Upload(Good);
        var process = Inside(worker);
        var examining = AskAsync(worker, 1, upload, CancellationToken.None);
        await upload.Asked;
        await SignalAsync(process, "STOP");
        upload.Arrive();

        Assert.Equal(IntakeRefusal.DecoderTooSlow, Assert.IsType<IntakeOutcome.Refused>(await examining).Refusal);
        Assert.False(worker.IsUsable);
    }

    [Fact]
    [Trait("promise", "P9")]
    public async Task A_worker_killed_while_an_object_arrives_costs_that_object()
    {
        await using var worker = await StartAsync();
        var upload = new Upload(Good);
        var process = Inside(worker);
        var examining = AskAsync(worker, 1, upload, CancellationToken.None);
        await upload.Asked;
        await SignalAsync(process, "KILL");
        upload.Arrive();

        Assert.Equal("interrupted", (await examining).Code());
        Assert.False(worker.IsUsable);
    }

    [Fact]
    public async Task A_worker_killed_between_objects_costs_nothing()
    {
        await using var pool = Workers.Start();
        Assert.Equal("accepted", (await pool.ExamineAsync(Good)).Code);
        await SignalAsync(Running().Single(), "KILL");

        Assert.Equal("accepted", (await pool.ExamineAsync(Good)).Code);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_costs_only_itself()
    {
        await using var worker = await StartAsync();
        await Assert.ThrowsAsync<IOException>(() => AskAsync(worker, 1, new BreaksOff(Good), CancellationToken.None));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AskAsync(worker, 2, new Upload(Good), cancel.Token));

        Assert.True(worker.IsUsable);
        Assert.Equal("accepted", (await AskAsync(worker, 3, new MemoryStream(Good), CancellationToken.None)).Code());
    }

    [Fact]
    public async Task An_object_without_end_is_refused_while_it_arrives()
    {
        await using var worker = await StartAsync();
        var endless = new Endless();
        var outcome = await AskAsync(worker, 1, endless, CancellationToken.None);

        Assert.NotEqual("accepted", outcome.Code());
        Assert.InRange(endless.Given, 1, 1L << 30);
        Assert.Equal("accepted", (await AskAsync(worker, 2, new MemoryStream(Good), CancellationToken.None)).Code());
    }

    [Fact]
    public async Task A_worker_is_replaced_after_its_share_of_objects()
    {
        Workers.NeedThem();
        await using var pool = new IntakePool(
            new IntakeOptions { Worker = Workers.Assembly, Workers = 1, ObjectsPerWorker = 2 }, null);
        var seen = new HashSet<int>();
        for (var number = 0; number < 4; number++)
        {
            Assert.Equal("accepted", (await pool.ExamineAsync(Good)).Code);
            seen.Add(Running().Single());
        }

        Assert.Equal(2, seen.Count);
    }

    [Fact]
    public async Task A_missing_worker_is_named()
    {
        await using var pool = new IntakePool(
            new IntakeOptions { Worker = "/nowhere/Scanlock.Intake.dll" }, null);
        var failure = await Assert.ThrowsAsync<IntakeUnavailableException>(() => pool.CheckAsync(CancellationToken.None));

        Assert.Equal("The intake worker is not there: /nowhere/Scanlock.Intake.dll", failure.Message);
    }

    [Fact]
    public async Task Ended_pools_leave_no_worker_behind()
    {
        var pool = Workers.Start();
        await pool.CheckAsync(CancellationToken.None);
        Assert.Single(Running());
        await pool.DisposeAsync();

        await Wait.UntilAsync("the worker to be gone", () => Task.FromResult(Running().Count == 0), TimeSpan.FromSeconds(60));
    }

    private static async Task<IntakeWorker> StartAsync()
    {
        Workers.NeedThem();
        return await IntakeWorker.StartAsync(Workers.Assembly, CancellationToken.None);
    }

    private static async Task<IntakeOutcome> AskAsync(IntakeWorker worker, long ordinal, Stream content, CancellationToken cancellationToken)
    {
        Assert.True(await worker.TryBeginAsync("ct", Workers.Asked(ordinal)));
        return await worker.ExamineAsync(Workers.Asked(ordinal), content, new Received(), cancellationToken);
    }

    /// <summary>The worker itself, not the sandbox around it.</summary>
    private static int Inside(IntakeWorker worker) => Running().Single(process => IsBelow(process, worker.Id));

    /// <summary>The workers of this test process: dotnet processes that run the worker's assembly.</summary>
    private static List<int> Running() =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(process => CommandOf(process) is [_, "exec", "/opt/intake/Scanlock.Intake.dll"] && IsBelow(process, Environment.ProcessId))];

    private static bool IsBelow(int process, int ancestor)
    {
        for (; process > 1; process = ParentOf(process))
        {
            if (process == ancestor)
            {
                return true;
            }
        }

        return false;
    }

    private static string[] CommandOf(int process) => Read($"/proc/{process}/cmdline").TrimEnd('\0').Split('\0');

    private static int ParentOf(int process) =>
        Read($"/proc/{process}/stat") is { Length: > 0 } stat ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : 0;

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            // The process ended in between.
            return "";
        }
    }

    private static async Task SignalAsync(int process, string signal)
    {
        var result = await ProgramRunner.RunTextAsync(new ProgramStart("/bin/kill", $"-{signal}", $"{process}"), new RunLimits(TimeSpan.FromSeconds(60)));
        Assert.True(result.Succeeded, result.ErrorTail);
    }

    private sealed class BreaksOff(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position > 0 ? throw new IOException("The client went away.") : base.ReadAsync(buffer[..100], cancellationToken);
    }

    private sealed class Endless : MemoryStream
    {
        internal long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Given += buffer.Length;
            return new(buffer.Length);
        }
    }
}

[CollectionDefinition(WorkerLifeTests.Alone, DisableParallelization = true)]
public sealed class AloneCollection;
