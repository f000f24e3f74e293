using System.Security.Cryptography;
using System.Text;
using Scanlock.Contracts;
using Scanlock.Contracts.Signing;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.HpcAgent.Tests.Hub;

/// <summary>A site as its admin sets it up: keys, trainers, site.yaml. The agent that runs there is the real program.</summary>
internal sealed class TestSite : IDisposable
{
    public const string Name = "demo-cluster";
    public const string MetricsAndModel = "echo '{\"v\":1}' > /out/metrics.json; echo weights > /out/model.safetensors\n";
    public const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly TestFolder _folder = new();
    private readonly List<string> _trainers = [];

    public TestSite()
    {
        Write("agent.pem", AgentKey.ExportPem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write("gateway.pub.pem", GatewayKey.Public.ExportPem());
        Write("broker.pub.pem", BrokerKey.Public.ExportPem());
    }

    public SigningKey AgentKey { get; } = SigningKey.Create();

    public SigningKey GatewayKey { get; } = SigningKey.Create();

    public SigningKey BrokerKey { get; } = SigningKey.Create();

    public string Root => _folder.Path;

    public string State => _folder["state"];

    public string File => _folder["site.yaml"];

    public string Isolation { get; set; } = "bubblewrap, bubblewrap-swap";

    public int JobsAtOnce { get; set; } = 1;

    public int MemoryMiB { get; set; } = 512;

    /// <summary>How serve is started; as the tests themselves run where null.</summary>
    public Func<ProgramStart, ProgramStart>? Through { get; set; }

    public static string Assembly { get; } = Repository.Output("HpcAgent", "Scanlock.HpcAgent.dll");

    /// <summary>Why jobs cannot be shut in on this machine; null where they can.</summary>
    public static string? WhyNoSandbox { get; } = SandboxProbe.RunAsync().GetAwaiter().GetResult().WhyNotNested;

    /// <summary>Installs a trainer that is a shell script; it finds its data in /data and leaves its results in /out.</summary>
    public Sha256Digest AddShellTrainer(string script) => AddTrainer("[train.sh]", ("train.sh", Shell(script)));

    public static string Shell(string script) => $"#!/bin/sh\n{script}";

    public Sha256Digest AddPythonTrainer(string script)
    {
        Assert.SkipUnless(System.IO.File.Exists("/usr/bin/python3"), "needs /usr/bin/python3");
        return AddTrainer("[train.py]", ("train.py", $"#!/usr/bin/python3\n{script}"));
    }

    /// <summary>Installs this solution's own trainer as it was built.</summary>
    public Sha256Digest AddRealTrainer()
    {
        var folder = Path.GetDirectoryName(Repository.Output("Trainer", "Scanlock.Trainer.dll"))!;
        Assert.SkipUnless(System.IO.File.Exists(Path.Combine(folder, "libscanlock_torch.so")), "needs libtorch: the trainer was built without it");
        _trainers.Add($"  - {{path: {folder}, command: [dotnet, Scanlock.Trainer.dll]}}");
        var measure = ProgramRunner.RunTextAsync(Command("measure", folder), new RunLimits(TimeSpan.FromSeconds(60))).GetAwaiter().GetResult();
        return Sha256Digest.Parse(measure.Output.Trim());
    }

    /// <summary>Gives all of the site's files to an ordinary account, and runs the agent as that.</summary>
    public Func<ProgramStart, ProgramStart> ServeAs(int account)
    {
        WriteFile();
        var chown = new ProgramStart(Programs.Find("chown")!, "-R", $"{account}:{account}", Root);
        Assert.True(ProgramRunner.RunTextAsync(chown, new RunLimits(TimeSpan.FromSeconds(60))).GetAwaiter().GetResult().Succeeded, "chown failed");
        return serve => serve with
        {
            File = Programs.Find("setpriv")!,
            Arguments = ["--reuid", $"{account}", "--regid", $"{account}", "--clear-groups", "--inh-caps", "-all", "--", serve.File, .. serve.Arguments],
        };
    }

    /// <summary>Its digest as sha256sum would give it: of lines "HEX  PATH" in the paths' order.</summary>
    public Sha256Digest AddTrainer(string command, params (string Path, string Content)[] files)
    {
        var folder = $"trainer-{_trainers.Count}";
        foreach (var (path, content) in files)
        {
            Write(Path.Combine(folder, path), content, Program);
        }

        _trainers.Add($"  - {{path: {folder}, command: {command}}}");
        return Measure(files);
    }

    public static Sha256Digest Measure(params (string Path, string Content)[] files) => Sha256Digest.Of(Encoding.UTF8.GetBytes(string.Concat(files
        .OrderBy(f => f.Path, StringComparer.Ordinal)
        .Select(f => $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(f.Content)))}  {f.Path}\n"))));

    public void WriteFile(string extra = "")
    {
        if (_trainers.Count == 0)
        {
            AddShellTrainer("true");
        }

        Write("site.yaml", Text(extra));
    }

    private string Text(string extra) => $$"""
        site: {{Name}}
        state: state
        key: agent.pem
        gateways: [{name: saint-brannoch, key: gateway.pub.pem}]
        brokers: [{name: hub, key: broker.pub.pem}]
        trainers:
        {{string.Join('\n', _trainers)}}
        purposes: [HMB]
        organisations: [unito]
        caps: {minutes: 5, memory_mib: {{MemoryMiB}}, cpus: 2, jobs: {{JobsAtOnce}}}
        isolation: [{{Isolation}}]
        {{extra}}
        """;

    public void Write(string path, string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead)
    {
        var full = _folder[path];
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        System.IO.File.WriteAllText(full, content);
        System.IO.File.SetUnixFileMode(full, mode);
    }

    /// <summary>Starts <c>serve</c>, as sshd would.</summary>
    public AgentConnection Connect()
    {
        if (!System.IO.File.Exists(File))
        {
            WriteFile();
        }

        var serve = Command("serve", "--site", File);
        return new(RunningProgram.Start(Through?.Invoke(serve) ?? serve));
    }

    public static ProgramStart Command(params string[] arguments) => DotnetRuntime.Current().Start(Assembly, arguments);

    /// <summary>The process that runs a job.</summary>
    public int Runner(Sha256Digest job) => Assert.Single(HostProcesses.WithArguments("run-step", "--site", File, "--job", job.Hex));

    /// <summary>Ends what still runs: a runner depends on nothing, so it would outlive the test.</summary>
    private void EndRunners()
    {
        var jobs = Path.Combine(State, "jobs");
        foreach (var job in Directory.Exists(jobs) ? Directory.EnumerateDirectories(jobs) : [])
        {
            foreach (var runner in HostProcesses.WithArguments("run-step", "--site", File, "--job", Path.GetFileName(job)))
            {
                HostProcesses.SignalAsync("KILL", runner).GetAwaiter().GetResult();

                // What it was just writing must not come into a folder that is being deleted.
                SpinWait.SpinUntil(() => !HostProcesses.IsAlive(runner), TimeSpan.FromSeconds(60));
            }
        }
    }

    public void Dispose()
    {
        EndRunners();
        AgentKey.Dispose();
        GatewayKey.Dispose();
        BrokerKey.Dispose();
        _folder.Dispose();
    }
}
