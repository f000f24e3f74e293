using System.Buffers;
using System.Text;
using Scanlock.Testing;

namespace Scanlock.Audit.Tests;

/// <summary>What someone with the operator's access to the files, and some with the log's key too, can do to a log; each is found.</summary>
[Trait("promise", "P8")]
public sealed class TamperTests : IDisposable
{
    private const int Size = 600;
    private readonly TestFolder _folder = new(inMemory: true);
    private readonly string _log;

    public TamperTests()
    {
        _log = _folder["log"];
        Logs.Write(_log, Size);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_log_left_alone_is_consistent_and_no_more_is_claimed()
    {
        var report = await Logs.VerifyAsync(_log);
        Assert.Empty(report.Findings);
        Assert.Equal(Size, report.Size);
        Assert.Equal("consistent; rollback not excluded", report.Statement);
    }

    [Theory]
    [InlineData(0), InlineData(255), InlineData(256), InlineData(599)]
    public async Task An_edited_entry_is_named(int index)
    {
        EditBundle(index, entries => entries[index % 256] = Encoding.UTF8.GetBytes("not what was logged"));
        var report = await Logs.VerifyAsync(_log);
        var finding = Assert.Single(report.Findings, f => f.Kind == FindingKind.Entries);
        Assert.Equal((index, index), (finding.FirstEntry, finding.LastEntry));
        Assert.StartsWith("tile/entries/", finding.Where, StringComparison.Ordinal);
        Assert.Contains("the entries named above were altered", Assert.Single(report.Findings, f => f.Kind == FindingKind.Root).What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_edited_together_with_its_leaf_hash_is_found_by_the_tile_above()
    {
        EditBundle(300, entries => entries[300 - 256] = [1, 2, 3]);
        EditTile("tile/0/001", hashes => hashes[300 - 256] = TreeHash.OfLeaf([1, 2, 3]));
        var report = await Logs.VerifyAsync(_log);
        var finding = Assert.Single(report.Findings, f => f.Kind == FindingKind.Tile);
        Assert.Equal((256L, 511L), (finding.FirstEntry, finding.LastEntry));
        Assert.Single(report.Findings, f => f.Kind == FindingKind.Root);
    }

    [Fact]
    public async Task An_entry_edited_with_all_tiles_made_to_fit_is_found_by_the_signed_root()
    {
        var other = _folder["other"];
        Logs.Write(other, Size, NoteSigner.Generate("x"), i => i == 300 ? [1, 2, 3] : Logs.Bytes(i));
        Directory.Delete(Path.Combine(_log, "tile"), recursive: true);
        Logs.Copy(Path.Combine(other, "tile"), Path.Combine(_log, "tile"));
        var finding = Assert.Single((await Logs.VerifyAsync(_log)).Findings);
        Assert.Equal(FindingKind.Root, finding.Kind);
    }

    [Fact]
    public async Task An_altered_tile_is_named_while_the_entries_hold()
    {
        EditTile("tile/0/001", hashes => hashes[7] = TreeHash.EmptyRoot);
        var report = await Logs.VerifyAsync(_log);
        Assert.Contains(report.Findings, f => f.FirstEntry == 263 && f.LastEntry == 263);
        Assert.DoesNotContain(report.Findings, f => f.Kind == FindingKind.Root);
    }

    [Fact]
    public async Task A_deleted_entry_is_found()
    {
        EditBundle(300, entries => entries.RemoveAt(300 - 256));
        var report = await Logs.VerifyAsync(_log);
        Assert.Contains(report.Findings, f => f.Kind == FindingKind.Missing && f.What.Contains("holds 255 whole entries", StringComparison.Ordinal));
        Assert.Contains(report.Findings, f => f is { Kind: FindingKind.Entries, FirstEntry: 300, LastEntry: 510 }
            && f.What.Contains("recorded as entries 301 to 511", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deleted_entry_with_later_ones_moved_up_is_found()
    {
        var entries = Enumerable.Range(0, Size).Where(i => i != 300).Select(i => Logs.Bytes(i)).ToList();
        for (var bundle = 0; bundle < 3; bundle++)
        {
            var number = bundle;
            EditBundle(bundle * 256, old =>
            {
                old.Clear();
                old.AddRange(entries.Skip(number * 256).Take(256));
            });
        }

        var report = await Logs.VerifyAsync(_log);
        Assert.False(report.Verified);
        Assert.Equal(300, report.Findings.Where(f => f.Kind == FindingKind.Entries).Min(f => f.FirstEntry));
    }

    [Fact]
    public async Task An_inserted_entry_is_found()
    {
        EditBundle(300, entries => entries.Insert(300 - 256, [7]));
        var report = await Logs.VerifyAsync(_log);
        Assert.Contains(report.Findings, f => f.Kind == FindingKind.Missing && f.What.Contains("holds 256 whole entries and something more", StringComparison.Ordinal));
        Assert.Contains(report.Findings, f => f is { Kind: FindingKind.Entries, FirstEntry: 300, LastEntry: 300 });
        Assert.Contains(report.Findings, f => f is { Kind: FindingKind.Entries, FirstEntry: 301, LastEntry: 511 });
    }

    [Fact]
    public async Task Reordered_entries_are_found_and_said_to_be_moved()
    {
        EditBundle(300, entries => (entries[10], entries[20]) = (entries[20], entries[10]));
        var report = await Logs.VerifyAsync(_log);
        Assert.Contains(report.Findings, f => f.FirstEntry == 266 && f.What.Contains("what was recorded as entry 276", StringComparison.Ordinal));
        Assert.Contains(report.Findings, f => f.FirstEntry == 276 && f.What.Contains("what was recorded as entry 266", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("tile/entries/001"), InlineData("tile/0/001"), InlineData("tile/1/000.p/2"), InlineData("tile/entries/002.p/88")]
    public async Task A_missing_file_is_named(string path)
    {
        File.Delete(Path.Combine(_log, path));
        Assert.Contains((await Logs.VerifyAsync(_log)).Findings, f => f.Kind == FindingKind.Missing && f.What.Contains(path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_truncated_log_is_found_and_the_missing_entries_are_named_once()
    {
        Directory.Delete(Path.Combine(_log, "tile"), recursive: true);
        var report = await Logs.VerifyAsync(_log);
        Assert.Contains(report.Findings, f => f is { Kind: FindingKind.Missing, FirstEntry: 0, LastEntry: Size - 1 });
        Assert.InRange(report.Findings.Count, 1, 2);
    }

    [Theory]
    [InlineData("tile/entries/002.p/88"), InlineData("tile/0/001"), InlineData("tile/1/000.p/2"), InlineData("checkpoint")]
    public async Task A_file_cut_short_or_grown_is_found(string path)
    {
        var whole = await File.ReadAllBytesAsync(Path.Combine(_log, path), TestContext.Current.CancellationToken);
        foreach (var bytes in (byte[][])[whole[..^1], [], [.. whole, 0], new byte[20_000_000]])
        {
            await File.WriteAllBytesAsync(Path.Combine(_log, path), bytes, TestContext.Current.CancellationToken);
            Assert.NotEmpty((await Logs.VerifyAsync(_log)).Findings);
        }
    }

    [Fact]
    public async Task A_checkpoint_signed_by_another_key_is_not_believed()
    {
        var report = await Logs.VerifyAsync(_log, signer: NoteSigner.Generate("log.example/audit"));
        Assert.Equal(FindingKind.Checkpoint, Assert.Single(report.Findings).Kind);
        Assert.Null(report.Size);
    }

    [Fact]
    public async Task A_rollback_passes_by_itself_and_fails_with_an_earlier_checkpoint()
    {
        var (old, earlier) = (_folder["old"], _folder["earlier"]);
        Logs.Copy(_log, old);
        Logs.Write(_log, 100);
        File.Copy(Path.Combine(_log, "checkpoint"), earlier);
        Directory.Delete(_log, recursive: true);
        Logs.Copy(old, _log);

        Assert.Equal("consistent; rollback not excluded", (await Logs.VerifyAsync(_log)).Statement);
        var report = await Logs.VerifyAsync(_log, Since(earlier));
        var finding = Assert.Single(report.Findings);
        Assert.Equal((FindingKind.Rollback, (long?)Size, (long?)(Size + 99)), (finding.Kind, finding.FirstEntry, finding.LastEntry));
        Assert.Equal("not verified", report.Statement);
    }

    [Theory]
    [InlineData(Size), InlineData(Size + 300)]
    public async Task A_fork_signed_with_the_logs_own_key_fails_with_an_earlier_checkpoint(int forkSize)
    {
        var fork = _folder["fork"];
        Logs.Write(fork, forkSize, bytes: i => i == 599 ? [1] : Logs.Bytes(i));
        Assert.True((await Logs.VerifyAsync(fork)).Verified);
        var finding = Assert.Single((await Logs.VerifyAsync(fork, Since(Path.Combine(_log, "checkpoint")))).Findings);
        Assert.Equal(FindingKind.Fork, finding.Kind);
    }

    [Fact]
    public async Task A_log_that_only_grew_is_consistent_with_every_earlier_checkpoint()
    {
        var log = _folder["growing"];
        var earlier = new List<string>();
        using (var writer = LogWriter.Open(log, Logs.Signer))
        {
            for (var i = 0; i < 530; i += 53)
            {
                earlier.Add(_folder[$"checkpoint-{i}"]);
                File.Copy(Path.Combine(log, "checkpoint"), earlier[^1]);
                Logs.Append(writer, i, i + 53);
            }
        }

        foreach (var path in earlier)
        {
            var report = await Logs.VerifyAsync(log, Since(path));
            Assert.Empty(report.Findings);
            Assert.Single(report.Anchors);
            Assert.DoesNotContain("not excluded", report.Statement, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_earlier_checkpoint_of_another_log_is_no_evidence()
    {
        var other = _folder["other"];
        Logs.Write(other, 5, NoteSigner.Generate("other.example"));
        var finding = Assert.Single((await Logs.VerifyAsync(_log, Since(Path.Combine(other, "checkpoint")))).Findings);
        Assert.Equal(FindingKind.Evidence, finding.Kind);
    }

    [Fact]
    public async Task Findings_are_bounded()
    {
        for (var bundle = 0; bundle < 3; bundle++)
        {
            EditBundle(bundle * 256, entries =>
            {
                for (var i = 0; i < entries.Count; i += 2)
                {
                    entries[i] = [1];
                }
            });
        }

        var report = await Logs.VerifyAsync(_log);
        Assert.Equal(100, report.Findings.Count);
        Assert.Equal(300 + 1 - 100, report.FindingsLeftOut);
    }

    private static VerifyWith Since(string path) =>
        new(("the earlier checkpoint", Checkpoint.TryParse(File.ReadAllBytes(path), out var c, out var fault) ? c : throw new InvalidDataException(fault)));

    private void EditBundle(int index, Action<List<byte[]>> edit)
    {
        var path = Path.Combine(_log, TilePath.OfEntries(index / 256, TilePath.WidthAt(0, index / 256, Size)));
        var entries = EntryBundle.Parse(File.ReadAllBytes(path), out _).ConvertAll(e => e.ToArray());
        edit(entries);
        var bundle = new ArrayBufferWriter<byte>();
        entries.ForEach(e => EntryBundle.Append(bundle, e));
        File.WriteAllBytes(path, bundle.WrittenSpan);
    }

    private void EditTile(string name, Action<TreeHash[]> edit)
    {
        var path = Path.Combine(_log, name);
        var bytes = File.ReadAllBytes(path);
        var hashes = Tile.Parse(bytes, bytes.Length / TreeHash.Size)!;
        edit(hashes);
        File.WriteAllBytes(path, new Tile(0, 0, hashes).ToBytes());
    }
}
