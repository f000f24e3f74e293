using Scanlock.Testing;

namespace Scanlock.Processes.Tests;

public sealed class ProgramRunnerTests
{
    private static readonly RunLimits Generous = new(TimeSpan.FromMinutes(2));

    [Fact]
    public async Task Arguments_reach_the_program_as_they_are_and_no_shell_sees_them()
    {
        string[] arguments = ["$(id)", "a b", "*", ";", "`id`", "'\"", "", "é\n"];
        var result = await ProgramRunner.RunTextAsync(new ProgramStart("/usr/bin/printf", ["%s|", .. arguments]), Generous);

        Assert.True(result.Succeeded);
        Assert.Equal(string.Concat(arguments.Select(argument => argument + "|")), result.Output);
    }

    [Fact]
    public async Task The_environment_holds_only_what_is_listed()
    {
        Environment.SetEnvironmentVariable("SCANLOCK_TEST_SECRET", "visible");
        var start = new ProgramStart("/usr/bin/env") { Environment = new Dictionary<string, string> { ["ONLY"] = "this" } };

        Assert.Equal("ONLY=this\n", (await ProgramRunner.RunTextAsync(start, Generous)).Output);
        Assert.Contains("SCANLOCK_TEST_SECRET=visible\n", (await ProgramRunner.RunTextAsync(start.Inheriting("SCANLOCK_TEST_SECRET"), Generous)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_of_any_length_comes_out_of_cat_unchanged()
    {
        var bytes = new byte[5_000_003];
        new Random(1).NextBytes(bytes);
        using var output = new MemoryStream();
        var result = await ProgramRunner.RunAsync(
            new ProgramStart("/usr/bin/cat"), Generous with { OutputBytes = bytes.Length }, new MemoryStream(bytes), output, CancellationToken.None);

        Assert.True(result.Succeeded);
        Assert.Equal(bytes, output.ToArray());
    }

    [Fact]
    public async Task A_program_that_reads_nothing_ends_all_the_same()
    {
        var result = await ProgramRunner.RunAsync(new ProgramStart("/usr/bin/true"), Generous, new Endless(), Stream.Null, CancellationToken.None);

        Assert.True(result.Succeeded);
    }

    [Fact]
    public async Task Output_past_its_bound_kills_the_program_and_says_so()
    {
        using var output = new MemoryStream();
        var result = await ProgramRunner.RunAsync(
            new ProgramStart("/usr/bin/yes"), Generous with { OutputBytes = 100_000 }, null, output, CancellationToken.None);

        Assert.Equal(new ProgramEnd.OutputTooLarge(100_000), result.End);
        Assert.InRange(output.Length, 0, 100_000);
    }

    [Fact]
    public async Task Of_endless_standard_error_the_tail_is_kept()
    {
        var result = await ProgramRunner.RunTextAsync(Shell("head -c 300000 /dev/zero | tr '\\0' x >&2; echo last words >&2; exit 3"), Generous);

        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Status(3)), result.End);
        Assert.Equal(16 * 1024, result.ErrorTail.Length);
        Assert.EndsWith("xlast words\n", result.ErrorTail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_past_its_time_is_killed_with_all_it_started()
    {
        using var folder = new TestFolder();
        // A child in the background, and one in a session of its own, as a daemon would be.
        var script = "sleep 1000 & echo $! > $0/a; setsid sleep 1000 & echo $! > $0/b; wait";
        var enoughToStart = TimeSpan.FromSeconds(5);
        var result = await ProgramRunner.RunTextAsync(Shell(script, folder.Path), new RunLimits(enoughToStart));

        Assert.Equal(new ProgramEnd.TimedOut(enoughToStart), result.End);
        await AllGoneAsync(folder["a"], folder["b"]);
    }

    [Fact]
    public async Task Cancelling_kills_and_throws()
    {
        using var folder = new TestFolder();
        using var cancel = new CancellationTokenSource();
        var run = ProgramRunner.RunTextAsync(Shell("echo $$ > $0/a; exec sleep 1000", folder.Path), Generous, cancellationToken: cancel.Token);
        await Wait.UntilAsync("the program to start", () => Task.FromResult(File.Exists(folder["a"]) && new FileInfo(folder["a"]).Length > 0), TimeSpan.FromSeconds(60));
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await AllGoneAsync(folder["a"]);
    }

    [Fact]
    public async Task What_a_program_leaves_in_its_group_ends_with_it()
    {
        using var folder = new TestFolder();
        var result = await ProgramRunner.RunTextAsync(Shell("sleep 1000 & echo $! > $0/a", folder.Path), Generous);

        Assert.True(result.Succeeded);
        await AllGoneAsync(folder["a"]);
    }

    [Fact]
    public async Task A_missing_program_is_named()
    {
        var result = await ProgramRunner.RunTextAsync(new ProgramStart("/nowhere/at-all"), Generous);

        Assert.Equal("cannot start /nowhere/at-all: No such file or directory", result.End.ToString());
    }

    [Fact]
    public async Task A_relative_path_is_refused()
    {
        var result = await ProgramRunner.RunTextAsync(new ProgramStart("true"), Generous);

        Assert.Equal("cannot start true: the path of a program must be absolute", result.End.ToString());
    }

    [Fact]
    public async Task A_signal_is_told_from_a_status()
    {
        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Signal(6)), (await ProgramRunner.RunTextAsync(Shell("kill -ABRT $$"), Generous)).End);
        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Status(134)), (await ProgramRunner.RunTextAsync(Shell("exit 134"), Generous)).End);
    }

    [Fact]
    public async Task Attachments_are_read_as_descriptors_and_nothing_else_is_open()
    {
        using var held = File.OpenRead("/etc/hostname");
        var start = Shell("cat <&3; cat <&4; ls /proc/$$/fd | tr '\\n' ' '") with { Attachments = ["one "u8.ToArray(), "two "u8.ToArray()] };
        var result = await ProgramRunner.RunTextAsync(start, Generous);

        Assert.Equal("one two 0 1 2 3 4 ", result.Output);
    }

    [Fact]
    public async Task The_working_directory_is_where_it_starts()
    {
        using var folder = new TestFolder();
        var result = await ProgramRunner.RunTextAsync(new ProgramStart("/usr/bin/pwd") { WorkingDirectory = folder.Path }, Generous);

        Assert.Equal(folder.Path + "\n", result.Output);
    }

    [Fact]
    public async Task A_detached_program_writes_to_its_log_and_has_a_session_of_its_own()
    {
        using var folder = new TestFolder();
        var id = ProgramRunner.StartDetached(Shell("cat; echo out; echo err >&2; cut -d' ' -f6 /proc/$$/stat; echo done"), folder["log"]);
        await Wait.UntilAsync("its last line", async () => (await File.ReadAllTextAsync(folder["log"])).EndsWith("done\n", StringComparison.Ordinal), TimeSpan.FromSeconds(60));

        Assert.Equal($"out\nerr\n{id}\ndone\n", await File.ReadAllTextAsync(folder["log"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(folder["log"]).UnixFileMode);
    }

    [Fact]
    public async Task Signals_are_as_the_system_has_them()
    {
        // The runtime ignores SIGPIPE; a program that inherited that would write on into a closed pipe for ever.
        var result = await ProgramRunner.RunTextAsync(Shell("grep SigIgn /proc/$$/status"), Generous);
        const long brokenPipe = 1 << 12;

        Assert.Equal(0, Convert.ToInt64(result.Output.Split('\t')[1].Trim(), 16) & brokenPipe);
    }

    [Fact]
    public async Task Many_programs_at_once_do_not_wait_for_each_other()
    {
        // Each ends only once all of them run.
        using var folder = new TestFolder();
        const string script = "touch $0/$$; while [ $(ls $0 | wc -l) -lt 24 ]; do sleep 0.2; done";
        var runs = Enumerable.Range(0, 24).Select(_ => ProgramRunner.RunTextAsync(Shell(script, folder.Path), Generous));
        var results = await Task.WhenAll(runs);

        Assert.All(results, result => Assert.True(result.Succeeded, $"{result.End}"));
    }

    internal static ProgramStart Shell(string script, params string[] arguments) =>
        new("/bin/sh", ["-c", script, .. arguments]) { Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" } };

    internal static Task AllGoneAsync(params string[] numberFiles) =>
        Wait.UntilAsync(
            "the processes to be gone",
            () => Task.FromResult(numberFiles.All(file => !IsAlive(File.ReadAllText(file).Trim()))),
            TimeSpan.FromSeconds(60));

    // A killed orphan stays listed until the system's first process reaps it.
    private static bool IsAlive(string process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private sealed class Endless : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(buffer.Length);
    }
}
