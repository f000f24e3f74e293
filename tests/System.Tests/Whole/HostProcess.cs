using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.System.Tests.Whole;

/// <summary>A host as its operator runs it: a process with a configuration file, which can be killed and started again.</summary>
internal sealed class HostProcess(string assembly, string configuration, string url) : IAsyncDisposable
{
    private static readonly HttpClient s_http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30) });
    private RunningProgram? _running;
    private Task? _reading;

    public string Url => url;

    public async Task StartAsync()
    {
        _running = RunningProgram.Start(DotnetRuntime.Current().Start(assembly, "--config", configuration).Inheriting("PATH"));
        _reading = KeepAsync(_running.Output);
        await Wait.UntilAsync(Path.GetFileName(assembly) + " to answer", IsHealthyAsync, TimeSpan.FromMinutes(5));
    }

    /// <summary>SIGKILL: nothing is flushed, nothing said goodbye to.</summary>
    public async Task KillAsync()
    {
        _running!.Kill();
        await _running.Exit;

        // Disposing closes the pipe, which fails a read that has not come to its end yet.
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
    }

    /// <summary>What the host says, to be read for what it should not.</summary>
    private async Task KeepAsync(Stream output)
    {
        await using var log = new FileStream(configuration + ".log", FileMode.Append);
        await output.CopyToAsync(log);
    }

    private async Task<bool> IsHealthyAsync()
    {
        if (_running!.Exit.IsCompleted)
        {
            throw new InvalidOperationException($"{Path.GetFileName(assembly)} ended: {_running.ErrorTail}");
        }

        try
        {
            using var answer = await s_http.GetAsync(url + "/healthz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
