using System.Collections.Concurrent;
using Scanlock.Contracts.Audit;
using Scanlock.Testing;

namespace Scanlock.Audit.Tests;

[Trait("promise", "P7")]
public sealed class AuditLogTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 19, 0, 0, TimeSpan.Zero);
    private readonly TestFolder _folder = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_entry_is_in_the_published_log_when_its_append_returns_with_the_logs_time()
    {
        await using var log = Open();
        Assert.Equal(0, await log.AppendAsync(Logs.Entry("a"), _cancellation));
        Assert.Equal(1, await log.AppendAsync(Logs.Entry("b"), _cancellation));

        var found = await FindAsync(log, new AuditQuery());
        Assert.Equal(["a", "b"], found.Select(f => f.Entry.Id));
        Assert.All(found, f => Assert.Equal(s_now, f.Entry.At));
        Assert.True((await Logs.VerifyAsync(_folder["log"])).Verified);
    }

    [Fact]
    public async Task Appends_that_come_together_are_all_there_exactly_once_at_the_index_they_were_told()
    {
        var told = new ConcurrentDictionary<string, long>();
        await using (var log = Open())
        {
            await Task.WhenAll(Enumerable.Range(0, 16).Select(async worker =>
            {
                for (var i = 0; i < 40; i++)
                {
                    var id = $"{worker}-{i}";
                    told[id] = await log.AppendAsync(Logs.Entry(id), _cancellation);
                }
            }));
            Assert.Equal(640, log.Head.Size);
        }

        await using var again = Open();
        var found = await FindAsync(again, new AuditQuery());
        Assert.Equal(told.OrderBy(t => t.Value).Select(t => (t.Key, t.Value)), found.Select(f => (f.Entry.Id, f.Index)));
        Assert.Empty((await Logs.VerifyAsync(_folder["log"])).Findings);
    }

    [Fact]
    public async Task A_log_verifies_whenever_it_is_read_while_it_is_written()
    {
        await using var log = Open();
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => log.AppendAsync(Logs.Entry(), CancellationToken.None)));
            }
        }, _cancellation);
        for (long seen = 0; seen < 600;)
        {
            var report = await Logs.VerifyAsync(_folder["log"]);
            Assert.Empty(report.Findings);
            seen = report.Size!.Value;
        }

        await stop.CancelAsync();
        await writing;
    }

    [Fact]
    public async Task An_entry_of_the_largest_size_is_held_and_a_larger_one_is_refused_by_name()
    {
        await using var log = Open();
        var overhead = Contracts.Wire.Write(Logs.Entry(comment: "") with { At = s_now }, Contracts.ContractsJson.Strict.AuditEntry).Length;
        var largest = new string('x', AuditLog.MaxEntryBytes - overhead);
        Assert.Equal(0, await log.AppendAsync(Logs.Entry(comment: largest), _cancellation));
        var e = await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync(Logs.Entry(comment: largest + "x"), _cancellation));
        Assert.Contains("65536 bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, log.Head.Size);
        Assert.True((await Logs.VerifyAsync(_folder["log"])).Verified);
    }

    [Fact]
    public async Task When_the_log_cannot_be_written_the_append_fails_and_nothing_of_it_is_visible()
    {
        await using var log = Open();
        await log.AppendAsync(Logs.Entry("a"), _cancellation);
        // Whoever runs the tests may be root, whom no mode stops: a folder where a file must go stops anyone.
        var obstacle = Directory.CreateDirectory(_folder["log", Disk.Aside]);
        var e = await Assert.ThrowsAsync<AuditLogException>(() => log.AppendAsync(Logs.Entry("b"), _cancellation));
        Assert.Contains("cannot be written", e.Message, StringComparison.Ordinal);
        Assert.Equal(1, log.Head.Size);
        Assert.True((await Logs.VerifyAsync(_folder["log"])).Verified);

        obstacle.Delete();
        Assert.Equal(1, await log.AppendAsync(Logs.Entry("c"), _cancellation));
        Assert.Equal(["a", "c"], (await FindAsync(log, new AuditQuery())).Select(f => f.Entry.Id));
        Assert.True((await Logs.VerifyAsync(_folder["log"])).Verified);
    }

    [Theory]
    [InlineData("/proc/scanlock")]
    [InlineData("/dev/null/log")]
    public void A_directory_that_cannot_be_written_is_refused_at_the_start(string directory) =>
        Assert.Contains(directory, Assert.Throws<AuditLogException>(() => AuditLog.Open(directory, Logs.Signer, TimeProvider.System)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Only_one_writer_opens_a_log()
    {
        var first = Open();
        Assert.Contains("another process", Assert.Throws<AuditLogException>(Open).Message, StringComparison.Ordinal);
        await first.DisposeAsync();
        await Open().DisposeAsync();
    }

    [Fact]
    public async Task A_log_is_opened_by_no_other_key()
    {
        await Open().DisposeAsync();
        var e = Assert.Throws<AuditLogException>(() => AuditLog.Open(_folder["log"], NoteSigner.Generate("log.example/audit"), TimeProvider.System));
        Assert.Contains("was written with the key", e.Message, StringComparison.Ordinal);
        File.Delete(_folder["log", "log.vkey"]);
        Assert.Throws<AuditLogException>(() => AuditLog.Open(_folder["log"], NoteSigner.Generate("log.example/audit"), TimeProvider.System));
        Assert.False(File.Exists(_folder["log", "log.vkey"]));
    }

    [Fact]
    public async Task A_log_rolled_back_below_its_own_checkpoint_is_not_opened()
    {
        await using (var log = Open())
        {
            await log.AppendAsync(Logs.Entry(), _cancellation);
        }

        Logs.Copy(_folder["log"], _folder["old"]);
        await using (var log = Open())
        {
            await log.AppendAsync(Logs.Entry(), _cancellation);
        }

        File.Copy(_folder["old", Journal.Path], _folder["log", Journal.Path], overwrite: true);
        var e = Assert.Throws<AuditLogException>(Open);
        Assert.Contains("signed for 2 entries, but the log holds 1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_of_the_published_files_alone_goes_on()
    {
        await using (var log = Open())
        {
            await log.AppendAsync(Logs.Entry("a"), _cancellation);
        }

        File.Delete(_folder["log", Journal.Path]);
        File.Delete(_folder["log", ".lock"]);
        await using var again = Open();
        Assert.Equal(1, await again.AppendAsync(Logs.Entry("b"), _cancellation));
        Assert.True((await Logs.VerifyAsync(_folder["log"])).Verified);
    }

    [Fact]
    public async Task A_cancelled_append_is_either_not_in_the_log_or_returns()
    {
        await using var log = Open();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => log.AppendAsync(Logs.Entry("never"), cancelled.Token));

        var inLog = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            using var source = new CancellationTokenSource();
            var append = log.AppendAsync(Logs.Entry($"{i}"), source.Token);
            await source.CancelAsync();
            try
            {
                await append;
                inLog.Add($"{i}");
            }
            catch (OperationCanceledException)
            {
            }
        }));
        Assert.Equal(inLog.Order(), (await FindAsync(log, new AuditQuery())).Select(f => f.Entry.Id).Order());
    }

    [Fact]
    public async Task A_closed_log_takes_no_more()
    {
        var log = Open();
        await log.DisposeAsync();
        await log.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => log.AppendAsync(Logs.Entry(), _cancellation));
    }

    [Fact]
    public async Task Opening_a_long_log_reads_its_right_edge_only()
    {
        Logs.Write(_folder["log"], 70_000, bytes: i => Logs.Bytes(i));
        foreach (var file in Directory.GetFiles(_folder["log", "tile"], "*", SearchOption.AllDirectories).Where(f => !f.Contains(".p/", StringComparison.Ordinal)))
        {
            File.Delete(file);
        }

        await using var log = Open();
        Assert.Equal(70_000, await log.AppendAsync(Logs.Entry(), _cancellation));
    }

    [Fact]
    public async Task Search_finds_by_each_part()
    {
        await using var log = Open();
        await log.AppendAsync(Logs.Entry("r1"), _cancellation);
        await log.AppendAsync(Logs.Entry("r2", act: "access.approve", comment: "Agreed at the board of May") with { Decision = "allow" }, _cancellation);
        await log.AppendAsync(Logs.Entry("r3", act: "accessory") with { Actor = "gateway" }, _cancellation);

        await FindsAsync(new AuditQuery(Actor: "R1"), "r1", "r2");
        await FindsAsync(new AuditQuery(Act: "access"), "r1", "r2");
        await FindsAsync(new AuditQuery(Act: "access.approve"), "r2");
        await FindsAsync(new AuditQuery(Subject: "r3"), "r3");
        await FindsAsync(new AuditQuery(Subject: "request:r3"), "r3");
        await FindsAsync(new AuditQuery(Subject: "dataset:r3"));
        await FindsAsync(new AuditQuery(Decision: "deny"), "r1", "r3");
        await FindsAsync(new AuditQuery(Text: "board of may"), "r2");
        await FindsAsync(new AuditQuery(From: s_now, To: s_now.AddTicks(1)), "r1", "r2", "r3");
        await FindsAsync(new AuditQuery(To: s_now));
        await FindsAsync(new AuditQuery(Act: "access", Decision: "deny", Text: "purpose"), "r1");
        Assert.Equal(["r3", "r2", "r1"], (await FindAsync(log, new AuditQuery(), newestFirst: true)).Select(f => f.Entry.Id));

        async Task FindsAsync(AuditQuery query, params string[] ids) =>
            Assert.Equal(ids, (await FindAsync(log, query)).Select(f => f.Entry.Id));
    }

    private AuditLog Open() => AuditLog.Open(_folder["log"], Logs.Signer, new FixedTime(s_now));

    private static async Task<List<FoundEntry>> FindAsync(AuditLog log, AuditQuery query, bool newestFirst = false)
    {
        var found = new List<FoundEntry>();
        await foreach (var entry in log.Reader.SearchAsync(query, newestFirst))
        {
            found.Add(entry);
        }

        return found;
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
