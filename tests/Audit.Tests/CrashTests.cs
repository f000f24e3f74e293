using System.Text;
using Scanlock.Testing;

namespace Scanlock.Audit.Tests;

/// <summary>Stops a writer before each of its steps, and fails each of them.</summary>
[Trait("promise", "P9")]
public sealed class CrashTests : IDisposable
{
    // As small as a journal can be, so that a large group makes it start anew.
    private const int JournalCapacity = 1;
    private const int Start = 250;

    private static readonly IReadOnlyList<IReadOnlyList<byte[]>> s_groups =
    [
        [.. Enumerable.Range(Start, 3).Select(i => Logs.Bytes(i))],
        [.. Enumerable.Range(Start + 3, 6).Select(i => Logs.Bytes(i))],
        [new byte[AuditLog.MaxEntryBytes]],
        [Logs.Bytes(Start + 10), Logs.Bytes(Start + 11)],
        [Logs.Bytes(Start + 12)],
    ];

    private readonly TestFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<int?> PowerLosses => new() { (int?)null, 1, 2, 3, 4 };

    [Theory]
    [MemberData(nameof(PowerLosses))]
    public async Task A_writer_stopped_before_any_step_loses_nothing_acknowledged_and_leaves_a_log_that_verifies(int? powerLoss)
    {
        var start = Prepare();
        var stopped = 0;
        for (var step = 0; ; step++)
        {
            var directory = _folder[$"{step}"];
            Logs.Copy(start, directory);
            var disk = new FailingDisk(directory, step, powerLoss + (1000 * step));
            var acknowledged = Run(directory, disk.Observe);
            disk.LosePower();
            if (acknowledged == s_groups.Count)
            {
                break;
            }

            stopped++;
            // The restart is stopped too, somewhere; the one after that must succeed.
            var again = new FailingDisk(directory, step % 12, powerLoss + step);
            Run(directory, again.Observe, appending: false);
            again.LosePower();
            await CheckAsync(directory, acknowledged);
            Directory.Delete(directory, recursive: true);
        }

        Assert.InRange(stopped, 60, 500);
    }

    [Fact]
    public async Task A_new_log_stopped_before_any_step_opens_again()
    {
        for (var (step, done) = (0, false); !done; step++)
        {
            var directory = _folder[$"{step}"];
            Directory.CreateDirectory(directory);
            var disk = new FailingDisk(directory, step, step);
            done = Run(directory, disk.Observe, appending: false) == 0;
            disk.LosePower();
            Logs.Write(directory, 3);
            Assert.True((await Logs.VerifyAsync(directory)).Verified);
        }
    }

    [Fact]
    public async Task An_append_that_fails_at_any_step_leaves_nothing_of_itself_and_the_next_succeeds()
    {
        var start = Prepare();
        for (var step = 0; ; step++)
        {
            var directory = _folder[$"{step}"];
            Logs.Copy(start, directory);
            var steps = -1;
            var failed = 0;
            using (var writer = LogWriter.Open(directory, Logs.Signer, JournalCapacity, _ =>
            {
                if (steps >= 0 && steps++ == step)
                {
                    throw new IOException("No space left on device.");
                }
            }))
            {
                steps = 0;
                foreach (var group in s_groups)
                {
                    try
                    {
                        writer.Append(group);
                    }
                    catch (AuditLogException e)
                    {
                        Assert.Contains("No space left", e.Message, StringComparison.Ordinal);
                        failed++;
                        Assert.Equal(writer.Head.Size, Logs.ReadCheckpoint(directory).Size);
                        writer.Append(group);
                    }
                }
            }

            var report = await Logs.VerifyAsync(directory);
            Assert.Empty(report.Findings);
            Assert.Equal(Expected(s_groups.Count), await Logs.EntriesAsync(directory));
            await CheckAsync(directory, s_groups.Count);
            Directory.Delete(directory, recursive: true);
            if (failed == 0)
            {
                Assert.InRange(step, 60, 500);
                break;
            }
        }
    }

    [Fact]
    public void An_append_that_can_not_be_taken_back_says_that_it_may_come_to_be()
    {
        var directory = _folder["log"];
        Logs.Write(directory, 3);
        var broken = false;
        using var writer = LogWriter.Open(directory, Logs.Signer, observer: step =>
        {
            broken |= step.Path == "checkpoint";
            if (broken)
            {
                throw new IOException("Input/output error.");
            }
        });
        var e = Assert.Throws<AuditLogException>(() => writer.Append([Logs.Bytes(3)]));
        Assert.Contains("may come to be in the log", e.Message, StringComparison.Ordinal);
        Assert.Equal(3, Logs.ReadCheckpoint(directory).Size);
    }

    private string Prepare()
    {
        var start = _folder["start"];
        using var writer = LogWriter.Open(start, Logs.Signer, JournalCapacity);
        Logs.Append(writer, 0, Start);
        writer.Close();
        return start;
    }

    /// <summary>Runs a writer until it dies; returns how many groups it acknowledged, or -1 where it did not open.</summary>
    private static int Run(string directory, Action<DiskStep> observer, bool appending = true)
    {
        var acknowledged = -1;
        try
        {
            using var writer = LogWriter.Open(directory, Logs.Signer, JournalCapacity, observer);
            acknowledged = 0;
            foreach (var group in appending ? s_groups : [])
            {
                writer.Append(group);
                acknowledged++;
            }
        }
        catch (ProcessDied)
        {
        }

        return acknowledged;
    }

    private static async Task CheckAsync(string directory, int acknowledged)
    {
        using (var writer = LogWriter.Open(directory, Logs.Signer, JournalCapacity))
        {
            Assert.Equal(writer.Head, Logs.ReadCheckpoint(directory), (a, b) => a.ToBytes().AsSpan().SequenceEqual(b.ToBytes()));
        }

        // The group under way is there whole or not at all; those acknowledged are there.
        var entries = await Logs.EntriesAsync(directory);
        var (without, with) = (Expected(Math.Max(acknowledged, 0)), Expected(Math.Clamp(acknowledged + 1, 0, s_groups.Count)));
        Assert.Equal(entries.Count == without.Count ? without : with, entries);
        Assert.Empty((await Logs.VerifyAsync(directory)).Findings);
        AssertPartialsArePrefixes(directory);
        Assert.False(Directory.Exists(Path.Combine(directory, "tile/entries/000.p")) && entries.Count >= 256, "Partial bundles of a full one were left.");

        Logs.Write(directory, 300);
        var report = await Logs.VerifyAsync(directory);
        Assert.Empty(report.Findings);
        Assert.Equal(entries.Count + 300, report.Size);
    }

    // Partial tiles of earlier checkpoints must still be what those checkpoints were about.
    private static void AssertPartialsArePrefixes(string directory)
    {
        foreach (var partials in Directory.GetDirectories(directory, "*.p", SearchOption.AllDirectories))
        {
            var files = Directory.GetFiles(partials).ToDictionary(f => int.Parse(Path.GetFileName(f), null), File.ReadAllBytes);
            var longest = files[files.Keys.Max()];
            Assert.All(files, file => Assert.True(longest.AsSpan().StartsWith(file.Value), $"{partials}/{file.Key} is torn."));
            Assert.All(files, file => Assert.Equal(
                file.Key,
                partials.Contains("entries", StringComparison.Ordinal) ? EntryBundle.Parse(file.Value, out _).Count : file.Value.Length / TreeHash.Size));
        }
    }

    private static List<string> Expected(int groups) =>
        [.. Enumerable.Range(0, Start).Select(i => Logs.Bytes(i)).Concat(s_groups.Take(groups).SelectMany(g => g)).Select(Encoding.UTF8.GetString)];
}
