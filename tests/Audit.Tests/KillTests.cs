using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Scanlock.Testing;

namespace Scanlock.Audit.Tests;

/// <summary>A real process appends and is killed, again and again, on the same log.</summary>
[Trait("promise", "P9")]
public sealed class KillTests
{
    private const int Kills = 25;

    [Fact]
    public async Task Every_entry_acknowledged_before_a_kill_is_there_exactly_once()
    {
        using var folder = new TestFolder();
        var log = folder["log"];
        await File.WriteAllTextAsync(folder["log.sec"], Logs.Signer.ExportSecret(), TestContext.Current.CancellationToken);
        var acknowledged = new ConcurrentDictionary<long, string>();
        var random = new Random(7);
        for (var i = 0; i < Kills; i++)
        {
            await RunAndKillAsync(log, $"p{i}", random.Next(1, 120), random.Next(0, 3_000), acknowledged);
        }

        await AuditLog.Open(log, Logs.Signer, TimeProvider.System).DisposeAsync();
        var entries = await Logs.EntriesAsync(log);
        Assert.InRange(acknowledged.Count, Kills, int.MaxValue);
        Assert.Equal(entries.Count, entries.Distinct(StringComparer.Ordinal).Count());
        Assert.All(acknowledged, pair => Assert.Equal(pair.Value, entries[(int)pair.Key]));
        Assert.Empty((await Logs.VerifyAsync(log)).Findings);
    }

    private static async Task RunAndKillAsync(
        string log, string name, int acknowledgements, int microseconds, ConcurrentDictionary<long, string> acknowledged)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(Environment.ProcessPath!)
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            },
        };
        // Run as 'dotnet tests.dll', the process is dotnet, and the tests its first argument.
        var assembly = typeof(KillTests).Assembly.Location;
        if (!Path.GetFileNameWithoutExtension(Environment.ProcessPath!).Equals(Path.GetFileNameWithoutExtension(assembly), StringComparison.Ordinal))
        {
            process.StartInfo.ArgumentList.Add(assembly);
        }

        foreach (var argument in (string[])["append", log, name])
        {
            process.StartInfo.ArgumentList.Add(argument);
        }

        Assert.True(process.Start());
        try
        {
            Assert.Equal("open", await ReadLineAsync(process));
            for (var i = 0; i < acknowledgements; i++)
            {
                Take(await ReadLineAsync(process) ?? throw new InvalidDataException("The appender ended by itself."));
            }

            // Anywhere between two lines, not only just after one.
            for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalMicroseconds < microseconds;)
            {
                Thread.SpinWait(10);
            }
        }
        finally
        {
            process.Kill();
        }

        // What it wrote before it was killed was acknowledged too; a line cut by the kill was not told to anyone.
        var rest = await process.StandardOutput.ReadToEndAsync();
        foreach (var line in rest.Split('\n')[..^1])
        {
            Take(line);
        }

        await process.WaitForExitAsync();

        void Take(string line)
        {
            var parts = line.Split(' ');
            Assert.True(acknowledged.TryAdd(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[1]), $"Index {parts[0]} was given twice.");
        }
    }

    private static async Task<string?> ReadLineAsync(Process process) =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
}
