using Scanlock.Contracts.Signing;
using Scanlock.HpcAgent.Tests.Hub;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.HpcAgent.Tests;

public sealed class CommandTests
{
    [Fact]
    public async Task Keygen_makes_a_pair_that_only_its_owner_can_read_and_never_writes_over_one()
    {
        using var folder = new TestFolder();
        var made = await RunAsync("keygen", "--out", folder["agent"]);
        using var key = SigningKey.FromPem(File.ReadAllText(folder["agent.pem"]));
        Assert.Equal(key.Public.Id, made.Output.Trim());
        Assert.Equal(key.Public, VerifyingKey.FromPem(File.ReadAllText(folder["agent.pub.pem"])));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["agent.pem"]));
        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Status(1)), (await RunAsync("keygen", "--out", folder["agent"])).End);
        Assert.Equal(key.ExportPem().Trim(), File.ReadAllText(folder["agent.pem"]).Trim());
    }

    [Fact]
    [Trait("promise", "P12")]
    public async Task Measure_prints_what_sha256sum_would_and_leaves_out_symbols_and_documentation()
    {
        using var folder = new TestFolder();
        (string Path, string Content)[] files = [("Trainer.dll", "il"), ("Trainer.runtimeconfig.json", "{}"), ("native/shim.cpp", "int x;"), ("a/b.txt", "")];
        foreach (var (path, content) in files.Concat([("Trainer.pdb", "symbols"), ("Trainer.xml", "docs"), ("libscanlock_torch.so", "compiled here")]))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder[path])!);
            File.WriteAllText(folder[path], content);
        }

        Assert.Equal(TestSite.Measure(files).ToString(), (await RunAsync("measure", folder.Path)).Output.Trim());
        File.WriteAllText(folder["Trainer.dll"], "ik");
        Assert.NotEqual(TestSite.Measure(files).ToString(), (await RunAsync("measure", folder.Path)).Output.Trim());
    }

    [Fact]
    public async Task Check_says_what_works()
    {
        using var site = new TestSite { Isolation = "none" };
        site.AddShellTrainer("true");
        site.WriteFile();
        var check = await RunAsync("check", "--site", site.File);
        Assert.True(check.Succeeded, check.Output + check.ErrorTail);
        foreach (var about in new[] { "isolation", "trainer", "disk", "memory", "swap", "clock" })
        {
            Assert.Contains($" {about} ", check.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Check_fails_where_jobs_could_not_run()
    {
        using var site = new TestSite { Isolation = "apptainer" };
        site.WriteFile();
        var check = await RunAsync("check", "--site", site.File);
        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Status(1)), check.End);
        Assert.Contains("FAIL  isolation", check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_site_file_is_refused_with_every_problem_and_its_line()
    {
        using var site = new TestSite();
        site.Write("agent.pem", site.AgentKey.ExportPem(), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        site.Write("site.yaml", """
            site: Demo Cluster
            state: /usr/scanlock
            key: agent.pem
            gateways: [{name: a, key: gateway.pub.pem}, {name: b, key: gateway.pub.pem}]
            brokers: [{name: hub, key: nowhere.pem}]
            trainers: [{path: nowhere, comand: [sh]}]
            purposes: [MARKETING]
            caps: {minutes: 0, memory_mib: lots, cpus: 1, jobs: 1}
            isolation: []
            kill_switch: perhaps
            scheduler: cron
            colour: red
            """);
        var serve = await RunAsync("serve", "--site", site.File);
        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Status(1)), serve.End);
        string[] expected =
        [
            "line 1: site: must be a name", "line 2: state: must not lie below /usr", "line 3: key: others than its owner", "line 4: gateways[1].name: this name or key is listed twice",
            "line 5: brokers[0].key:", "line 6: trainers[0].path: is not a folder", "line 6: trainers[0].command is missing", "line 6: trainers[0].comand: is not known here",
            "line 7: purposes:", "line 8: caps.minutes: must be a whole number from 1", "line 8: caps.memory_mib:", "line 9: isolation:", "line 10: kill_switch: must be true or false",
            "line 11: scheduler:", "line 12: colour: is not known here",
        ];
        Assert.All(expected, line => Assert.Contains(line, serve.ErrorTail, StringComparison.Ordinal));
        Assert.Equal(expected.Length, serve.ErrorTail.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("[dotnet, Trainer.dll, --fast]", null)]
    [InlineData("[bin/train, --fast]", null)]
    [InlineData("[]", "must be")]
    [InlineData("[dotnet]", "must be")]
    [InlineData("[dotnet, exec, Trainer.dll]", "must be")]
    [InlineData("[dotnet, /usr/share/other.dll]", "must be")]
    [InlineData("[dotnet, ../outside.sh]", "must be")]
    [InlineData("[dotnet, Trainer.pdb]", "must be")]
    [InlineData("[sh, -c, 'cat /data/* > /out/model.safetensors']", "must be")]
    [InlineData("[/bin/sh, bin/train]", "must be")]
    [InlineData("[python3, bin/train]", "must be")]
    [InlineData("[../outside.sh]", "must be")]
    [InlineData("[linked.sh]", "must be")]
    [InlineData("[libscanlock_torch.so]", "must be")]
    [InlineData("[Trainer.dll]", "Trainer.dll is not executable")]
    [Trait("promise", "P12")]
    public async Task A_trainers_command_runs_nothing_but_what_its_digest_covers(string command, string? problem)
    {
        using var site = new TestSite { Isolation = "none" };
        site.AddTrainer(command, ("bin/train", TestSite.Shell("true")), ("libscanlock_torch.so", ""));
        site.Write("outside.sh", TestSite.Shell("true"), TestSite.Program);
        site.Write("trainer-0/Trainer.dll", "il");
        site.Write("trainer-0/Trainer.pdb", "symbols", TestSite.Program);
        File.CreateSymbolicLink(Path.Combine(site.Root, "trainer-0", "linked.sh"), "/bin/sh");
        site.WriteFile();
        var check = await RunAsync("check", "--site", site.File);
        Assert.Equal(problem is null, check.Succeeded);
        Assert.Contains(problem is null ? "run as " : $"line 7: trainers[0].command: {problem}", check.Output + check.ErrorTail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_site_file_that_is_not_yaml_or_not_there_is_refused()
    {
        using var site = new TestSite();
        site.Write("site.yaml", "site: [\n");
        Assert.Contains("line ", (await RunAsync("check", "--site", site.File)).ErrorTail, StringComparison.Ordinal);
        File.Delete(site.File);
        Assert.Contains("there is none", (await RunAsync("check", "--site", site.File)).ErrorTail, StringComparison.Ordinal);
        Assert.Equal(new ProgramEnd.Exited(new ProgramExit.Status(2)), (await RunAsync("frobnicate")).End);
    }

    private static Task<ProgramText> RunAsync(params string[] arguments) =>
        ProgramRunner.RunTextAsync(TestSite.Command(arguments), new RunLimits(TimeSpan.FromSeconds(60)));
}
