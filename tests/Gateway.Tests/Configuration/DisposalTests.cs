using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Testing;

namespace Scanlock.Gateway.Tests.Configuration;

public sealed class DisposalTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public async Task A_gateway_that_is_disposed_without_being_stopped_calls_nothing_a_fault()
    {
        var url = $"http://127.0.0.1:{Ports.Free()}";
        await File.WriteAllTextAsync(_folder["gateway.json"], $$"""
            {"Gateway": {"Name": "g", "Organisation": "saint-brannoch", "Country": "IT", "PublicUrl": "{{url}}", "Listen": "{{url}}",
              "StateDirectory": "state", "KeyDirectory": "keys"}, "Brokers": []}
            """);
        using var faults = new Faults();
        IdleSessionClosing closing;
        await using (var app = await GatewayHost.BuildAsync(
            ["--config", _folder["gateway.json"]], services => services.AddSingleton<ILoggerProvider>(faults), CancellationToken.None))
        {
            await app.StartAsync();
            closing = app.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<IdleSessionClosing>().Single();
        }

        await Task.WhenAny(closing.ExecuteTask!);
        SqliteConnection.ClearAllPools();
        Assert.True(closing.ExecuteTask!.IsCompletedSuccessfully);
        Assert.Empty(faults.Said);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>What is logged as an error or worse.</summary>
    private sealed class Faults : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Said { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Said.Enqueue(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
