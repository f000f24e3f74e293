using System.Text.Json;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.System.Tests.Whole;

/// <summary>
/// A gateway, a broker and a site on this machine, all real and started as their operators start them; the people use the CLI.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    private static readonly (string Name, string Organisation, string Role)[] s_people =
        [("stella", "saint-brannoch", "steward"), ("rupert", "saint-brannoch", "reviewer"), ("ada", "saint-brannoch", "auditor"), ("rosa", "unito", "researcher")];

    private readonly TestFolder _folder = new();

    private Installation()
    {
        var gateway = $"http://127.0.0.1:{Ports.Free()}";
        var broker = $"http://127.0.0.1:{Ports.Free()}";
        Gateway = new(Repository.Output("Gateway", "Scanlock.Gateway.dll"), _folder["gateway.json"], gateway);
        Broker = new(Repository.Output("Broker", "Scanlock.Broker.dll"), _folder["broker.json"], broker);
    }

    public HostProcess Gateway { get; }

    public HostProcess Broker { get; }

    public PrivateSshd Site { get; private set; } = null!;

    public string Trainer { get; private set; } = "";

    public string Folder => _folder.Path;

    public string SiteState => _folder["state", "site"];

    public string GatewayState => _folder["state", "gateway"];

    /// <summary>The forced command a site's admin writes.</summary>
    public string AgentCommand => $"{DotnetRuntime.Current().Root}/dotnet {Repository.Output("HpcAgent", "Scanlock.HpcAgent.dll")} serve --site {_folder["site", "site.yaml"]}";

    /// <summary>Why the whole cannot run here, or null.</summary>
    public static async Task<string?> MissingAsync()
    {
        if (PrivateSshd.Missing is { } noSshd)
        {
            return noSshd;
        }

        if (!File.Exists(Repository.Output("Trainer", "libscanlock_torch.so")))
        {
            return "needs libtorch (libtorch-dev): the shim was not built";
        }

        return (await SandboxProbe.RunAsync()).WhyNotNested is { } why ? $"needs nested sandboxes: {why}" : null;
    }

    public static async Task<Installation> StartAsync()
    {
        var whole = new Installation();
        try
        {
            await whole.PrepareAsync();
        }
        catch
        {
            await whole.DisposeAsync();
            throw;
        }

        return whole;
    }

    /// <summary>Runs the CLI as one of the people.</summary>
    public async Task<CliResult> RunAsync(string person, params string[] arguments)
    {
        var start = DotnetRuntime.Current().Start(Repository.Output("Cli", "scanlock.dll"), [.. arguments, "--profile", person]).Inheriting("PATH");
        start = start with { Environment = new Dictionary<string, string>(start.Environment, StringComparer.Ordinal) { ["SCANLOCK_CONFIG"] = _folder["config"] } };
        var result = await ProgramRunner.RunTextAsync(start, new(TimeSpan.FromMinutes(5), OutputBytes: 16 << 20));
        var code = result.End is ProgramEnd.Exited { Exit: ProgramExit.Status(var status) } ? status : throw new InvalidOperationException($"scanlock {arguments[0]}: {result.End}");
        return new(code, result.Output, result.ErrorTail);
    }

    /// <summary>Runs a command that must succeed, and reads its JSON.</summary>
    public async Task<JsonElement> JsonAsync(string person, params string[] arguments)
    {
        var result = await RunAsync(person, [.. arguments, "--json"]);
        Assert.True(result.Exit == 0, $"scanlock {string.Join(' ', arguments)} ended with {result.Exit}: {result.Error}");
        return JsonDocument.Parse(result.Output).RootElement;
    }

    /// <summary>Writes a file for the CLI to read.</summary>
    public string Write(string name, string text)
    {
        File.WriteAllText(_folder[name], text);
        return _folder[name];
    }

    /// <summary>The repository's demo policy with this trainer, a dataset's name and other lines in place of its own.</summary>
    public string Policy(string dataset, params (string From, string To)[] changes)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "policies", "demo.yaml"))
            .Replace("sha256:" + new string('0', 64), Trainer, StringComparison.Ordinal)
            .Replace("dataset: demo", $"dataset: {dataset}", StringComparison.Ordinal);
        foreach (var (from, to) in changes)
        {
            Assert.Contains(from, text, StringComparison.Ordinal);
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        return Write($"{dataset}.yaml", text);
    }

    public async ValueTask DisposeAsync()
    {
        await Broker.DisposeAsync();
        await Gateway.DisposeAsync();
        if (Site is not null)
        {
            await Site.DisposeAsync();
        }

        await KillJobsAsync();
        _folder.Dispose();
    }

    /// <summary>Ends what a job has left running: jobs outlive connections on purpose.</summary>
    private async Task KillJobsAsync()
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => name!.All(char.IsAsciiDigit)))
        {
            try
            {
                if ((await File.ReadAllTextAsync($"/proc/{process}/cmdline")).Contains(_folder["site", "site.yaml"], StringComparison.Ordinal))
                {
                    using var job = global::System.Diagnostics.Process.GetProcessById(int.Parse(process!));
                    job.Kill(entireProcessTree: true);
                    await job.WaitForExitAsync();
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
            {
                // It ended by itself between being listed and being read.
                continue;
            }
        }
    }

    private async Task PrepareAsync()
    {
        Directory.CreateDirectory(_folder["site"]);
        await ToolAsync("Broker", "keygen", "--out", _folder["hub"]);
        await ToolAsync("HpcAgent", "keygen", "--out", _folder["site", "agent"]);
        var trainer = Path.GetDirectoryName(Repository.Output("Trainer", "Scanlock.Trainer.dll"))!;
        Trainer = (await ToolAsync("HpcAgent", "measure", trainer)).Trim();
        foreach (var (name, _, _) in s_people)
        {
            Write($"{name}.password", $"a long password of {name}");
            Write($"{name}.secret", Guid.NewGuid().ToString("N"));
        }

        Write("gateway.json", Configuration.Gateway(_folder.Path, Gateway.Url, Broker.Url, s_people));
        await Gateway.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler());
        var identity = JsonDocument.Parse(await http.GetStringAsync(Gateway.Url + "/api/v1/identity")).RootElement;
        Write("gateway.pub.pem", identity.GetProperty("key_pem").GetString()!);
        Write("log.vkey", identity.GetProperty("log_key").GetString()!);
        Write(Path.Combine("site", "site.yaml"), Configuration.Site(_folder.Path, trainer));
        Site = await PrivateSshd.StartAsync(_folder["ssh"], AgentCommand);
        Write("broker.json", Configuration.Broker(_folder.Path, Gateway.Url, Broker.Url, $"{PrivateSshd.User}@127.0.0.1", Site.Port, Site.IdentityFile, Site.KnownHostsFile));
        await Broker.StartAsync();
        foreach (var (name, _, _) in s_people)
        {
            await JsonAsync(name, "login", Gateway.Url, "--client-id", $"{name}-cli", "--client-secret-file", _folder[$"{name}.secret"]);
        }

        await JsonAsync("rosa", "login", Broker.Url, "--client-id", "rosa-cli", "--client-secret-file", _folder["rosa.secret"]);
    }

    private static async Task<string> ToolAsync(string project, params string[] arguments)
    {
        var result = await ProgramRunner.RunTextAsync(
            DotnetRuntime.Current().Start(Repository.Output(project, $"Scanlock.{project}.dll"), arguments).Inheriting("PATH"), new(TimeSpan.FromMinutes(5)));
        Assert.True(result.Succeeded, $"{project} {arguments[0]}: {result.End} {result.ErrorTail}");
        return result.Output;
    }
}

/// <summary>How a command ended and what it said.</summary>
internal sealed record CliResult(int Exit, string Output, string Error);
