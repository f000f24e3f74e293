using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Broker;
using Scanlock.Contracts.Signing;
using Scanlock.Processes;
using Scanlock.Testing;

namespace Scanlock.Broker.Tests.Ends;

/// <summary>
/// A broker as a process of its own, started again on the same state whenever it dies; and killed (SIGKILL) once before each kind of
/// outside act has its effect, and once after the effect but before its answer.
/// </summary>
internal sealed class KillableBroker : IAsyncDisposable
{
    private readonly World _world;
    private readonly string _configuration;
    private readonly IReadOnlyList<string> _acts;
    private readonly ConcurrentDictionary<string, bool> _killedAt = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _supervising;
    private volatile RunningProgram? _running;

    private KillableBroker(World world, int port, IReadOnlyList<string> acts)
    {
        _acts = acts;
        _world = world;
        _configuration = world.WriteConfiguration(port);
        BrokerKey.LoadOrCreate(world.Folder["broker.pem"]).Dispose();
        world.Gateway.Broker = SigningKey.FromPem(File.ReadAllText(world.Folder["broker.pem"])).Public;
        Client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
        Client.DefaultRequestHeaders.Authorization = new("Bearer", world.Gateway.TokenFor(World.BrokerUrl, "alice"));
        _supervising = SuperviseAsync();
    }

    public HttpClient Client { get; }

    /// <summary>At which acts it was killed.</summary>
    public ICollection<string> KilledAt => _killedAt.Keys;

    /// <param name="acts">The acts it is killed at; all where there is none.</param>
    public static KillableBroker Start(World world, params string[] acts)
    {
        var broker = new KillableBroker(world, Ports.Free(), acts);
        world.Gateway.OnCall = broker.InterruptAsync;
        world.Agent.OnRequest = (request, answered) => broker.InterruptAsync($"agent: {request.GetType().Name}", answered);
        return broker;
    }

    /// <summary>Asks until the broker lives long enough to answer.</summary>
    public Task<T> AskAsync<T>(string what, Func<HttpClient, Task<T?>> ask)
        where T : class => Wait.UntilAsync(
        what,
        async () =>
        {
            try
            {
                return await ask(Client);
            }
            catch (HttpRequestException)
            {
                return null;
            }
        },
        TimeSpan.FromMinutes(10));

    public Task<TrialView> UntilAsync(string experiment, string what, Func<TrialView, bool> condition) => AskAsync(what, async client =>
        await client.GetFromJsonAsync($"{BrokerRoutes.Experiments}/{experiment}", ContractsJson.Strict.ExperimentView) is { Trials: [var trial] } && condition(trial) ? trial : null);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervising;
        Client.Dispose();
        _stop.Dispose();
    }

    private async Task SuperviseAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var start = DotnetRuntime.Current().Start(typeof(BrokerHost).Assembly.Location, "--config", _configuration);
            await using var program = RunningProgram.Start(start);
            _running = program;
            var draining = program.Output.CopyToAsync(Stream.Null, CancellationToken.None);
            await Task.WhenAny(program.Exit, Task.Delay(Timeout.Infinite, _stop.Token));
            Assert.True(_stop.IsCancellationRequested || await program.Exit is ProgramExit.Signal { Number: 9 }, $"The broker ended by itself: {program.ErrorTail}");
            program.Kill();
            await draining;
        }
    }

    private async Task InterruptAsync(string act, bool answered)
    {
        if ((_acts.Count > 0 && !_acts.Any(some => act.Contains(some, StringComparison.Ordinal))) || !_killedAt.TryAdd(answered ? $"{act}, done" : $"{act}, not done", true))
        {
            return;
        }

        if (_running is { } program)
        {
            Process.GetProcessById(program.Id).Kill();
            await program.Exit;
        }

        if (!answered)
        {
            throw new IOException("The caller was killed before this had any effect.");
        }
    }
}
