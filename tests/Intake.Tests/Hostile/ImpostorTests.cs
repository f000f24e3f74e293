using System.Diagnostics;
using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Intake;
using Scanlock.IntakeWorkers;
using Scanlock.Processes;

namespace Scanlock.Intake.Tests.Hostile;

/// <summary>What a worker can do and say once an object has broken into it: an impostor in its place, in its sandbox.</summary>
public sealed class ImpostorTests
{
    private const string Python = "/usr/bin/python3";

    // Each impostor sleeps or speaks on for far longer; a busy machine is late to see it ended.
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(120);

    private const string Preparation = """
        import struct, sys, time
        out = sys.stdout.buffer
        def say(kind, text, content=b""):
            text = text.encode()
            out.write(struct.pack("<BI", kind, len(text)) + text + struct.pack("<I", len(content)) + content)
            out.flush()
        def sample(frame, rows, columns):
            say(3, SAMPLE.replace("123456", str(frame)).replace("234567", str(rows)).replace("345678", str(columns)), bytes(2 * rows * columns))
        """;

    public static TheoryData<string, string> Speeches => new()
    {
        { "too-large", "say(2, HEAD)\nfor frame in range(20000): sample(frame, 4096, 4096)" },
        { "damaged", "say(2, HEAD)\nfor frame in range(50000): sample(frame, 1, 1)" },
        { "damaged", "say(2, HEAD)\nsay(2, HEAD)" },
        { "damaged", "sample(0, 1, 1)" },
        { "damaged", "say(2, HEAD)\nsample(1, 1, 1)" },
        { "damaged", "while True: say(4, '{\"offset\":0}')" },
        { "damaged", "say(2, HEAD)\nout.write(struct.pack('<BI', 3, 0xfffffff0))\nout.flush()\ntime.sleep(600)" },
        { "damaged", "say(2, HEAD[:-1] + ',\"more\":\"' + 'x' * 900000 + '\"}')" },
        { "damaged", "say(77, '{}')" },
        { "damaged", "out.write(b'\\x05' * 1000000)" },
        { "damaged", "sys.exit(3)" },
    };

    [Theory]
    [MemberData(nameof(Speeches))]
    [Trait("promise", "P3")]
    public async Task What_no_honest_worker_says_ends_it_and_costs_the_object(string code, string script)
    {
        var clock = Stopwatch.StartNew();
        await using var impostor = Start($"{Preparation}\n{script}\ntime.sleep(600)", []);
        using var exchange = new ObjectExchange(impostor, new IntakeMessageReader(impostor.Output), Workers.Asked(), new Nobody());
        using var content = new MemoryStream(new byte[10 << 10]);
        var outcome = await exchange.RunAsync(content, CancellationToken.None);

        Assert.Equal(code, outcome.Code());
        Assert.False(exchange.IsOver);
        Assert.True(clock.Elapsed < s_soon, $"took {clock.Elapsed}");
    }

    [Fact]
    public async Task A_worker_that_says_a_word_now_and_then_is_not_kept_for_as_long_as_it_speaks()
    {
        var clock = Stopwatch.StartNew();
        await using var impostor = Start(Preparation + "\nsay(2, HEAD)\nfor frame in range(20000):\n    sample(frame, 1, 1)\n    time.sleep(0.5)\n", []);
        using var exchange = new ObjectExchange(impostor, new IntakeMessageReader(impostor.Output), Workers.Asked(), new Nobody());
        using var content = new MemoryStream(new byte[10 << 10]);
        var outcome = await exchange.RunAsync(content, CancellationToken.None);

        Assert.Equal(IntakeRefusal.DecoderTooSlow, Assert.IsType<IntakeOutcome.Refused>(outcome).Refusal);
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(8), s_soon);
    }

    [Theory]
    [InlineData("socket.socket(socket.AF_INET, socket.SOCK_STREAM)")]
    [InlineData("socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)")]
    [InlineData("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)")]
    [InlineData("os.fork()")]
    [InlineData("subprocess.run(['/bin/true'])")]
    [InlineData("open('/usr/left', 'w')")]
    [InlineData("open('/etc/shadow')")]
    [InlineData("open('/proc/1/root/etc/shadow')")]
    [InlineData("os.mkdir('/opt/left')")]
    [InlineData("[open('/tmp/x') or 0 for _ in iter(int, 1)]")]
    [InlineData("[handles.append(open('/dev/null')) for _ in range(1000)]")]
    [InlineData("open('/tmp/another', 'wb')")]
    [InlineData("open('/dev/another', 'wb')")]
    [InlineData("open('/dev/shm/another', 'wb')")]
    [InlineData("os.open('/tmp', os.O_TMPFILE | os.O_RDWR)")]
    [InlineData("os.mkdir('/tmp/left')")]
    [InlineData("os.symlink('frame', '/tmp/left')")]
    [InlineData("os.rename('/tmp/frame', '/tmp/left')")]
    [InlineData("open('/tmp/frame', 'wb').write(bytes(1 << 28))")]
    [InlineData("os.memfd_create('left')")]
    [InlineData("ctypes.CDLL(None, use_errno=True).shmget(0, 1 << 30, 0o1600) < 0 and fail()")]
    [InlineData("bytearray(8 << 30)")]
    [InlineData("ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) and fail()")]
    [InlineData("ctypes.CDLL(None, use_errno=True).unshare(0x10000000) and fail()")]
    [InlineData("ctypes.CDLL(None, use_errno=True).mount(b'none', b'/tmp', b'tmpfs', 0, 0) and fail()")]
    [Trait("promise", "P2")]
    public async Task What_breaks_into_the_worker_finds_no_network_no_program_no_file_and_bounded_memory(string attempt)
    {
        var script = $$"""
            import ctypes, os, signal, socket, subprocess, sys
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            handles = []
            def fail(): raise OSError("refused")
            try:
                {{attempt}}
                print("done")
            except (OSError, MemoryError):
                print("refused")
            """;
        Workers.NeedThem();
        NeedPython();
        await using var inside = RunningProgram.Start(WorkerSandbox.Wrap(new ProgramStart(Python, "-I", "-c", script), []));
        using var said = new StreamReader(inside.Output);

        Assert.Equal("refused", (await said.ReadToEndAsync()).Trim());
    }

    private static RunningProgram Start(string script, IEnumerable<SandboxMount> mounts)
    {
        Workers.NeedThem();
        NeedPython();
        var head = JsonSerializer.Serialize(new IntakeHead("1.2", "1.2.3", "1.2.4", "1.2.5", null, "P1", null), ContractsJson.Strict.IntakeHead);
        var sample = JsonSerializer.Serialize(
            new IntakeSample(123456, 234567, 345678, new SliceFacts(null, null, null, null, []), new SliceMeasure(1, 0, null, 0, 0), 0), ContractsJson.Strict.IntakeSample);
        return RunningProgram.Start(WorkerSandbox.Wrap(new ProgramStart(Python, "-I", "-c", $"HEAD = '{head}'\nSAMPLE = '{sample}'\n{script}"), mounts));
    }

    private static void NeedPython() => Assert.SkipUnless(File.Exists(Python), "python3 is not installed");

    private sealed class Nobody : IIntakeReceiver
    {
        public Task HeadAsync(IntakeHead head, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task SampleAsync(IntakeSample sample, MessageContent pixels, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task MaskAsync(IntakeMask mask, MessageContent content, CancellationToken cancellationToken) => throw new InvalidOperationException("A mask of an impostor was believed.");

        public Task RenditionAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
