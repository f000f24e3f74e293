using System.Text.Json;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Cli.Tests.Hosts;

/// <summary>A real gateway in a process of its own, with real intake workers, and a steward who is signed in there; each test has a dataset of its own.</summary>
public sealed class LocalGateway : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private readonly string _url = $"http://127.0.0.1:{Ports.Free()}";
    private RunningProgram? _running;
    private Task? _reading;
    private int _datasets;

    internal string Url => _url;

    internal string Config => _folder["config"];

    internal string State => _folder["state"];

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_folder["stella.password"], "a long password of stella");
        await File.WriteAllTextAsync(_folder["stella.secret"], Guid.NewGuid().ToString("N"));
        await File.WriteAllTextAsync(_folder["gateway.json"], $$"""
            {
              "Gateway": {"Name": "saint-brannoch", "Organisation": "saint-brannoch", "Country": "IT", "PublicUrl": "{{_url}}", "Listen": "{{_url}}",
                "StateDirectory": "{{State}}", "KeyDirectory": "{{_folder["keys"]}}"},
              "Issuers": [{"Issuer": "{{_url}}", "Organisations": ["saint-brannoch"], "Roles": ["steward"]}],
              "Organisations": [{"Name": "saint-brannoch", "Country": "IT"}],
              "LocalIssuer": {"Enabled": true,
                "Accounts": [{"Username": "stella", "PasswordFile": "{{_folder["stella.password"]}}", "Organisation": "saint-brannoch", "Roles": ["steward"]}],
                "Clients": [{"ClientId": "stella-cli", "SecretFile": "{{_folder["stella.secret"]}}", "ActsAs": "stella"}]},
              "Intake": {"Workers": 2, "WaitSeconds": 600}
            }
            """);
        await StartAsync();
        Assert.Equal(0, (await RunAsync($"login {_url} --client-id stella-cli --client-secret-file {_folder["stella.secret"]}")).ExitCode);
    }

    /// <summary>Runs <c>scanlock</c> as the steward.</summary>
    internal Task<ScanlockRun> RunAsync(string arguments) => ScanlockProgram.RunShellAsync($"SCANLOCK_CONFIG={Config} scanlock {arguments}");

    /// <summary>Runs a command that must end so, and reads its JSON.</summary>
    internal async Task<JsonElement> JsonAsync(string arguments, int exitCode = 0)
    {
        var run = await RunAsync(arguments + " --json");
        Assert.True(run.ExitCode == exitCode, $"{arguments}: {run.ExitCode}\n{run.Error}\n{run.OutputText}");
        return JsonDocument.Parse(run.Output).RootElement;
    }

    /// <summary>Makes an empty dataset; its name.</summary>
    internal async Task<string> NewDatasetAsync()
    {
        var name = $"scans-{Interlocked.Increment(ref _datasets)}";
        var policy = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "policies", "demo.yaml"));
        await File.WriteAllTextAsync(_folder[$"{name}.yaml"], policy.Replace("dataset: demo", $"dataset: {name}", StringComparison.Ordinal));
        await JsonAsync($"dataset create {name} --policy {_folder[$"{name}.yaml"]}");
        return name;
    }

    /// <summary>A folder of invented slices.</summary>
    internal async Task<string> PhantomsAsync(string folder, int patients, int slices, int size = 32)
    {
        Assert.Equal(0, (await RunAsync($"phantom {folder} --patients {patients} --slices {slices} --size {size}")).ExitCode);
        return folder;
    }

    internal async Task StartAsync()
    {
        _running = RunningProgram.Start(
            DotnetRuntime.Current().Start(Repository.Output("Gateway", "Scanlock.Gateway.dll"), "--config", _folder["gateway.json"]).Inheriting("PATH", "TMPDIR"));
        _reading = _running.Output.CopyToAsync(Stream.Null);
        using var http = new HttpClient(new SocketsHttpHandler());
        await Wait.UntilAsync("the gateway to answer", IsHealthyAsync, TimeSpan.FromMinutes(5));

        async Task<bool> IsHealthyAsync()
        {
            Assert.False(_running.Exit.IsCompleted, _running.ErrorTail);
            try
            {
                using var answer = await http.GetAsync(_url + "/healthz");
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    /// <summary>SIGKILL: nothing is flushed, nothing said goodbye to.</summary>
    internal async Task KillAsync()
    {
        _running!.Kill();
        await _running.Exit;
        await _reading!;
        await _running.DisposeAsync();
        _running = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_running is not null)
        {
            await KillAsync();
        }

        _folder.Dispose();
    }
}
