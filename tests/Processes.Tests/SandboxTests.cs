using System.Runtime.InteropServices;
using Scanlock.Testing;

namespace Scanlock.Processes.Tests;

public sealed class SandboxTests
{
    private static readonly RunLimits Generous = new(TimeSpan.FromMinutes(2));

    public SandboxTests() => Assert.SkipWhen(Programs.Find("bwrap") is null, "bubblewrap is not installed");

    [Fact]
    public async Task There_is_no_network_but_the_sandboxs_own_loopback()
    {
        var devices = await InsideAsync(new Sandbox(), "cat /proc/net/dev");

        Assert.Equal(["lo"], devices.Output.Split('\n').Where(line => line.Contains(':')).Select(line => line.Split(':')[0].Trim()));
    }

    [Fact]
    public async Task Processes_outside_are_not_seen()
    {
        var listing = await InsideAsync(new Sandbox(), "echo /proc/[0-9]*");

        Assert.InRange(listing.Output.Split(' ').Length, 1, 3);
        Assert.DoesNotContain($"/proc/{Environment.ProcessId} ", listing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_can_be_written_but_what_is_given()
    {
        using var folder = new TestFolder();
        var sandbox = new Sandbox
        {
            Mounts =
            [
                new SandboxMount.Memory("/tmp", 1 << 20),
                new SandboxMount.Writable(folder.Path, "/out"),
                new SandboxMount.Shown(folder.Path, "/data"),
            ],
        };
        var script = "for d in / /usr /etc /dev /dev/shm /proc /data /bin; do (echo x > $d/probe) 2>/dev/null && echo wrote $d; done; "
            + "echo x > /tmp/probe && echo x > /out/probe && echo both";
        var result = await InsideAsync(sandbox, script);

        Assert.Equal("both\n", result.Output);
        Assert.Equal("x\n", await File.ReadAllTextAsync(folder["probe"]));
    }

    [Fact]
    public async Task Memory_directories_hold_what_they_may_and_no_more()
    {
        var sandbox = new Sandbox { Mounts = [new SandboxMount.Memory("/tmp", 1 << 20)] };
        var result = await InsideAsync(sandbox, "head -c 1000000 /dev/zero > /tmp/a && echo fits; head -c 9000000 /dev/zero > /tmp/b || echo full");

        Assert.Equal("fits\nfull\n", result.Output);
    }

    [Fact]
    public async Task The_hosts_files_homes_and_accounts_are_not_there()
    {
        var result = await InsideAsync(new Sandbox(), "ls -A / | tr '\\n' ' '; ls -A /etc | tr '\\n' ' '; cat /etc/passwd; id -u");
        var lines = result.Output.Split('\n');

        Assert.DoesNotContain(" home ", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain(" root ", lines[0], StringComparison.Ordinal);
        Assert.DoesNotContain("shadow", lines[0], StringComparison.Ordinal);
        Assert.Contains("sandbox:x:1000:1000::/tmp:/usr/sbin/nologin", result.Output, StringComparison.Ordinal);
        Assert.Equal("1000", lines[^2]);
    }

    [Fact]
    public async Task No_capability_and_no_way_to_new_ones()
    {
        var result = await InsideAsync(new Sandbox(), "grep -E '^(CapEff|CapBnd|CapPrm|NoNewPrivs|Seccomp):' /proc/self/status | tr -s '\\t\\n' '  '");

        Assert.Equal("CapPrm: 0000000000000000 CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 ", result.Output);
    }

    [Fact]
    public async Task The_environment_is_exact_and_not_among_the_arguments()
    {
        var start = new Sandbox().Wrap(new ProgramStart("/usr/bin/env") { Environment = new Dictionary<string, string> { ["KEY"] = "of-the-job" } });

        Assert.DoesNotContain(start.Arguments, argument => argument.Contains("of-the-job", StringComparison.Ordinal));
        Assert.Equal(["KEY=of-the-job", "PWD=/"], (await ProgramRunner.RunTextAsync(start, Generous)).Output.Split('\n')[..^1].Order());
    }

    [Theory]
    [InlineData("unshare --user true", "unshare")]
    [InlineData("mount -t tmpfs none /tmp", "mount")]
    public async Task The_filter_stops(string command, string says)
    {
        var sandbox = new Sandbox { Mounts = [new SandboxMount.Memory("/tmp", 1 << 20)] };
        var result = await InsideAsync(sandbox, command);

        Assert.False(result.Succeeded);
        Assert.Contains(says, result.ErrorTail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AF_INET")]
    [InlineData("AF_INET6")]
    [InlineData("AF_NETLINK")]
    [InlineData("AF_PACKET")]
    public async Task The_filter_stops_sockets_of(string family)
    {
        NeedPython();
        var result = await InsideAsync(new Sandbox(), $"python3 -c 'import socket; socket.socket(socket.{family}, socket.SOCK_RAW)'");

        Assert.False(result.Succeeded);
        Assert.Contains("Address family not supported", result.ErrorTail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_filter_leaves_local_sockets_and_threads_alone()
    {
        NeedPython();
        const string python = """
            import socket, threading
            socket.socket(socket.AF_UNIX)
            t = threading.Thread(target=lambda: print("ran")); t.start(); t.join()
            """;
        var start = new Sandbox { Filter = new SystemCallFilter { AllowsNewProcesses = false } }.Wrap(new ProgramStart("/usr/bin/python3", "-c", python));

        Assert.Equal("ran\n", (await ProgramRunner.RunTextAsync(start, Generous)).Output);
    }

    [Fact]
    public async Task Where_new_processes_are_not_allowed_none_can_be_started()
    {
        var sandbox = new Sandbox { Filter = new SystemCallFilter { AllowsNewProcesses = false } };
        var result = await InsideAsync(sandbox, "/usr/bin/true; echo unreachable");

        Assert.False(result.Succeeded);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task A_sandbox_in_a_sandbox_sees_less_still()
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder["key"], "secret");
        new DirectoryInfo(folder.Path).UnixFileMode |= UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        var inner = new Sandbox();
        var outer = new Sandbox
        {
            Filter = new SystemCallFilter { AllowsNamespaces = true },
            InsteadOfRoot = SandboxAccount.Nobody,
            Mounts = [new SandboxMount.Shown(folder.Path, "/keys")],
        };
        var start = outer.Wrap(inner.Wrap(ProgramRunnerTests.Shell("cat /keys/key; echo /proc/[0-9]*; unshare --user true && echo escaped")));
        var result = await ProgramRunner.RunTextAsync(start, Generous);

        Assert.DoesNotContain("secret", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("escaped", result.Output, StringComparison.Ordinal);
        Assert.StartsWith("/proc/1 ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_hold_inside()
    {
        var sandbox = new Sandbox
        {
            Limits = new ResourceLimits { AddressSpaceBytes = 1L << 30, CpuSeconds = 7, OpenFiles = 64, FileBytes = 4096 },
        };
        var result = await InsideAsync(sandbox, "ulimit -v; ulimit -t; ulimit -n; ulimit -c");

        Assert.Equal("1048576\n7\n64\n0\n", result.Output);
    }

    [Fact]
    public async Task Killing_the_sandbox_kills_what_is_inside()
    {
        var seconds = $"4321.{Environment.ProcessId}";
        var program = RunningProgram.Start(new Sandbox().Wrap(ProgramRunnerTests.Shell($"setsid sleep {seconds} & echo ready; wait")));
        using var lines = new StreamReader(program.Output);
        Assert.Equal("ready", await lines.ReadLineAsync());
        await program.DisposeAsync();

        await Wait.UntilAsync("the sleeper to be gone", () => Task.FromResult(!AnyRuns(seconds)), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Dotnet_runs_inside()
    {
        var runtime = DotnetRuntime.Current();
        var sandbox = new Sandbox { Mounts = [.. runtime.Mounts, new SandboxMount.Memory("/tmp", 1 << 26)] };
        var start = sandbox.Wrap(new ProgramStart(Path.Combine(runtime.Root, "dotnet"), "--list-runtimes"));
        var result = await ProgramRunner.RunTextAsync(start, Generous);

        Assert.Contains("Microsoft.NETCore.App 10.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_probe_agrees()
    {
        var support = await SandboxProbe.RunAsync();

        Assert.Null(support.WhyNot);
        Assert.Null(support.WhyNotNested);
    }

    [Theory]
    [InlineData(Architecture.X64, 0xc000003e)]
    [InlineData(Architecture.Arm64, 0xc00000b7)]
    public void A_filter_first_looks_at_the_processor_it_is_for(Architecture architecture, uint audit)
    {
        var program = new SystemCallFilter().Assemble(architecture);

        Assert.Equal(0, program.Length % 8);
        Assert.Equal(audit, BitConverter.ToUInt32(program, 12));
    }

    [Fact]
    public void A_processor_without_a_filter_is_named() =>
        Assert.Contains("RiscV64", Assert.Throws<PlatformNotSupportedException>(() => new SystemCallFilter().Assemble(Architecture.RiscV64)).Message, StringComparison.Ordinal);

    private static Task<ProgramText> InsideAsync(Sandbox sandbox, string script) =>
        ProgramRunner.RunTextAsync(sandbox.Wrap(ProgramRunnerTests.Shell(script)), Generous);

    private static void NeedPython() => Assert.SkipUnless(File.Exists("/usr/bin/python3"), "python3 is not installed");

    // A zombie's command line reads as empty.
    private static bool AnyRuns(string argument) =>
        Directory.EnumerateDirectories("/proc").Where(directory => char.IsAsciiDigit(Path.GetFileName(directory)[0])).Any(directory =>
        {
            try
            {
                return File.ReadAllText(Path.Combine(directory, "cmdline")).Contains(argument, StringComparison.Ordinal);
            }
            catch (IOException)
            {
                return false;
            }
        });
}
