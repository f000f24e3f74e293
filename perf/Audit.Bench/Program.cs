using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Scanlock.Audit;
using Scanlock.Audit.Bench;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Audit;

// Audit.Bench ours|table|chain FOLDER SECONDS: durable appends per second of sixteen appenders, each waiting for its append before the next.
const int Appenders = 16;
var (side, folder, seconds) = (args[0], args[1], double.Parse(args[2], CultureInfo.InvariantCulture));
if (side == "ours")
{
    await using var log = AuditLog.Open(Path.Combine(folder, "log"), NoteSigner.Generate("bench.example/audit"), TimeProvider.System);
    await MeasureAsync(i => log.AppendAsync(Entry(i), CancellationToken.None));
}
else
{
    await using var table = new SqliteTable(Path.Combine(folder, "log.db"), side == "chain" ? NoteSigner.Generate("bench.example/audit") : null);
    await MeasureAsync(i => table.AppendAsync(Wire.Write(Entry(i) with { At = TimeProvider.System.GetUtcNow() }, ContractsJson.Strict.AuditEntry)));
}

async Task MeasureAsync(Func<long, Task> append)
{
    await RunAsync(append, 1);
    var (count, took) = await RunAsync(append, seconds);
    Console.WriteLine(JsonSerializer.Serialize(new { rate = count / took.TotalSeconds, sqlite = side == "ours" ? null : SqliteTable.Version }));
}

static async Task<(long Count, TimeSpan Took)> RunAsync(Func<long, Task> append, double seconds)
{
    var clock = Stopwatch.StartNew();
    var counts = await Task.WhenAll(Enumerable.Range(0, Appenders).Select(appender => Task.Run(async () =>
    {
        long count = 0;
        for (; clock.Elapsed.TotalSeconds < seconds; count++)
        {
            await append((count * Appenders) + appender);
        }

        return count;
    })));
    return (counts.Sum(), clock.Elapsed);
}

// As large as what a gateway writes for a decision.
static AuditEntry Entry(long i) => new(
    1,
    Guid.NewGuid().ToString(),
    DateTimeOffset.UnixEpoch,
    "person:https://issuer.example#researcher",
    "access.request",
    new Dictionary<string, string> { ["dataset"] = "covid-ct", ["request"] = $"r{i}" },
    "deny",
    [new Reason("purposes", 5, "deny", "The purpose MARKETING is not among those that the policy permits.")],
    Sha256Digest.Of([1]),
    new Dictionary<string, Sha256Digest> { ["request"] = Sha256Digest.Of([2]) },
    new Dictionary<string, long>(),
    null);
