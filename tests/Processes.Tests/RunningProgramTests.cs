using System.Text;
using Scanlock.Testing;

namespace Scanlock.Processes.Tests;

public sealed class RunningProgramTests
{
    [Fact]
    public async Task A_conversation_goes_back_and_forth()
    {
        await using var program = RunningProgram.Start(new ProgramStart("/usr/bin/cat"));
        using var answers = new StreamReader(program.Output);
        for (var turn = 0; turn < 100; turn++)
        {
            await program.Input.WriteAsync(Encoding.UTF8.GetBytes($"turn {turn}\n"));
            Assert.Equal($"turn {turn}", await answers.ReadLineAsync());
        }

        await program.Input.DisposeAsync();
        Assert.Equal(new ProgramExit.Status(0), await program.Exit);
    }

    [Fact]
    public async Task A_read_that_waits_can_be_cancelled_and_the_program_lives_on()
    {
        await using var program = RunningProgram.Start(new ProgramStart("/usr/bin/cat"));
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => program.Output.ReadAsync(new byte[1], cancel.Token).AsTask());

        await program.Input.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await program.Output.ReadAsync(new byte[1]));
    }

    [Fact]
    public async Task A_death_shows_as_end_of_output_and_as_a_failed_write()
    {
        await using var program = RunningProgram.Start(new ProgramStart("/usr/bin/cat"));
        program.Kill();

        Assert.Equal(new ProgramExit.Signal(9), await program.Exit);
        Assert.Equal(0, await program.Output.ReadAsync(new byte[1]));
        await Assert.ThrowsAsync<IOException>(() => program.Input.WriteAsync(new byte[1]).AsTask());
    }

    [Fact]
    public async Task Disposing_ends_it_with_all_it_started()
    {
        using var folder = new TestFolder();
        var program = RunningProgram.Start(ProgramRunnerTests.Shell("sleep 1000 & echo $! > $0/a; echo ready; wait", folder.Path));
        using var lines = new StreamReader(program.Output);
        Assert.Equal("ready", await lines.ReadLineAsync());
        await program.DisposeAsync();

        await ProgramRunnerTests.AllGoneAsync(folder["a"]);
    }

    [Fact]
    public async Task A_program_bound_to_its_parents_life_outlives_the_thread_that_asked_for_it()
    {
        RunningProgram? program = null;
        var asking = new Thread(() => program = RunningProgram.Start(new ProgramStart("/usr/bin/setpriv", "--pdeathsig", "KILL", "cat")
        {
            Environment = new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin" },
        }));
        asking.Start();
        asking.Join();

        await using (program)
        {
            await program!.Input.WriteAsync("alive"u8.ToArray());
            Assert.True(await program.Output.ReadAsync(new byte[5]) > 0);
        }
    }
}
