using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Scanlock.Contracts.Agent;
using Scanlock.HpcAgent.Tests.Hub;
using Scanlock.Testing;

namespace Scanlock.HpcAgent.Tests;

/// <summary>A trainer with bad intentions: what it finds inside, told through the only exit it has.</summary>
public sealed class HostileTrainerTests
{
    [Fact]
    [Trait("promise", "P5")]
    public async Task A_trainer_sees_no_other_process_no_key_no_ciphertext_and_no_file_of_the_site()
    {
        using var site = new TestSite();
        var found = await LookAroundAsync(site, $$"""
            import glob, json, os
            found = {}
            found["processes"] = sorted(open(p).read().split("\0")[0] for p in glob.glob("/proc/[0-9]*/cmdline"))
            found["root"] = sorted(os.listdir("/"))
            found["site"] = os.path.exists("{{site.Root}}")
            found["data"] = sorted(os.listdir("/data"))
            found["environment"] = sorted(os.environ)
            found["descriptors"] = sorted(int(d) for d in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + d) and not os.readlink("/proc/self/fd/" + d).startswith("/proc/"))
            found["keys"] = [p for r, d, f in os.walk("/", topdown=True) for p in [os.path.join(r, n) for n in f]
                             if p.endswith((".pem", ".jws")) and not p.startswith(("/usr/", "/proc/"))]
            def tries(what):
                try: what(); return True
                except OSError: return False
            found["writes"] = [p for p in ("/data/x", "/trainer/x", "/usr/x", "/x", "/job.json", "/dev/x", "/etc/x") if tries(lambda: open(p, "a").write("x"))]
            found["memory"] = [p for p in glob.glob("/proc/[0-9]*/mem") if "/%d/" % os.getpid() not in p and tries(lambda: open(p, "rb+"))]
            found["namespaces"] = tries(lambda: os.unshare(0x10000000)) if hasattr(os, "unshare") else False
            """);
        Assert.Equal(["bwrap", "/usr/bin/python3"], Strings(found, "processes").Select(p => p.EndsWith("bwrap", StringComparison.Ordinal) ? "bwrap" : p).Order(StringComparer.Ordinal).Reverse());
        Assert.Empty(Strings(found, "root").Except(["bin", "data", "dev", "etc", "job.json", "lib", "lib32", "lib64", "libx32", "out", "proc", "sbin", "tmp", "trainer", "usr", .. DotnetRoot()]));
        Assert.False(found.GetProperty("site").GetBoolean(), "the site's folder must not be there");
        Assert.Equal(["labels.jsonl", "shard-00000.tar", "shard-00001.tar"], Strings(found, "data"));
        Assert.Empty(Strings(found, "keys"));
        Assert.Empty(Strings(found, "writes"));
        // The first process is the sandbox's own, which holds nothing but how it was started.
        Assert.Empty(Strings(found, "memory").Except(["/proc/1/mem"]));
        Assert.False(found.GetProperty("namespaces").GetBoolean(), "no further namespace may be made");
        Assert.DoesNotContain(Strings(found, "environment"), name => name.Contains("SSH", StringComparison.Ordinal) || name is "USER" or "LOGNAME");
        Assert.Equal([0, 1, 2], found.GetProperty("descriptors").EnumerateArray().Select(d => d.GetInt32()));
    }

    [Fact]
    [Trait("promise", "P2")]
    public async Task A_trainer_has_no_network_not_even_to_its_own_machine()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var site = new TestSite();
        var found = await LookAroundAsync(site, $$"""
            import json, socket
            def tries(what):
                try: what(); return "yes"
                except OSError: return "no"
            found = {"tcp": [tries(lambda: socket.create_connection(("127.0.0.1", {{port}}), 2)),
                             tries(lambda: socket.create_connection(("::1", {{port}}), 2)),
                             tries(lambda: socket.create_connection(("1.1.1.1", 53), 2)),
                             tries(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", {{port}}))),
                             tries(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
                             tries(lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM))]}
            """);
        Assert.All(Strings(found, "tcp"), answer => Assert.Equal("no", answer));
        Assert.False(listener.Pending(), "somebody has connected");
    }

    [Fact]
    [Trait("promise", "P5")]
    public async Task The_key_holder_and_run_step_are_closed_to_processes_of_the_same_account()
    {
        await using var trial = await Trial.OfScriptAsync("echo '{\"v\":1,\"epoch\":1,\"step\":1,\"values\":{\"loss\":1}}'; exec sleep 4715");
        await Wait.UntilAsync("the trainer to speak", async () =>
        {
            await trial.UntilAsync(JobStates.Running);
            return (await trial.Agent.PollAsync(trial.Job.Digest)).Progress.Count > 0;
        }, TimeSpan.FromSeconds(60));

        // The system gives what lies in /proc of a process that is not dumpable to root, whoever it belongs to; as root only its core limit tells.
        var runner = trial.Site.Runner(trial.Job.Digest);
        var holder = Assert.Single(
            HostProcesses.WithArguments("exec", "/agent/Scanlock.HpcAgent.dll", "key-holder"),
            process => IsDotnet(process) && HostProcesses.IsBelow(process, runner));
        foreach (var process in new[] { holder, runner })
        {
            Assert.Equal(0, Owner($"/proc/{process}/mem"));
            var limit = File.ReadLines($"/proc/{process}/limits").Single(l => l.StartsWith("Max core file size", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.All(limit[4..6], bytes => Assert.True(bytes is "0" or "1", $"core files of up to {bytes} bytes"));
        }

        await trial.Agent.AskAsync(new Cancel(trial.Job.Digest));
        await trial.EndAsync();
    }

    private static async Task<JsonElement> LookAroundAsync(TestSite site, string script)
    {
        Assert.SkipWhen(TestSite.WhyNoSandbox is not null, $"needs nested sandboxes: {TestSite.WhyNoSandbox}");
        await using var trial = await Trial.SubmitAsync(
            s => s.AddPythonTrainer($"{script}\njson.dump(found, open('/out/metrics.json', 'w'))\nopen('/out/model.safetensors', 'w')"), site: site);
        var bundle = await trial.FinishesAsync();
        return JsonDocument.Parse(await trial.ResultAsync("metrics", bundle.Metrics)).RootElement;
    }

    private static IEnumerable<string> Strings(JsonElement found, string name) => found.GetProperty(name).EnumerateArray().Select(e => e.GetString()!);

    private static string[] DotnetRoot() => [Processes.DotnetRuntime.Current().Root.Split('/')[1]];

    private static bool IsDotnet(int process) => File.ReadAllText($"/proc/{process}/comm").Trim() == "dotnet";

    private static int Owner(string path)
    {
        var stat = new Processes.ProgramStart(Processes.Programs.Find("stat")!, "-c", "%u", path);
        return int.Parse(Processes.ProgramRunner.RunTextAsync(stat, new(TimeSpan.FromSeconds(60))).GetAwaiter().GetResult().Output);
    }
}
