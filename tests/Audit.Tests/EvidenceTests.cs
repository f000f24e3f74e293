using Scanlock.Testing;

namespace Scanlock.Audit.Tests;

/// <summary>Inclusion proofs and witnesses.</summary>
[Trait("promise", "P8")]
public sealed class EvidenceTests : IDisposable
{
    private readonly TestFolder _folder = new(inMemory: true);
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    private readonly LogReader _reader;
    private readonly string _log;

    public EvidenceTests()
    {
        _log = _folder["log"];
        _reader = new LogReader(new DirectoryTiles(_log));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1), InlineData(255), InlineData(256), InlineData(257), InlineData(66_000)]
    public async Task Entries_are_proved_without_their_log(int size)
    {
        Logs.Write(_log, size, bytes: i => Logs.Bytes(i));
        foreach (var index in new HashSet<int> { 0, size / 2, size - 1, Math.Min(256, size - 1) })
        {
            var made = await _reader.ProveAsync(index, await _reader.CheckpointAsync(_cancellation), _cancellation);
            Assert.True(InclusionProof.TryParse(made.ToBytes(), out var proof, out var fault), fault);
            Assert.Equal(Logs.Bytes(index), proof.Entry.ToArray());
            Assert.Empty(LogVerifier.VerifyProof(proof, Logs.Signer.Verifier));
            Assert.NotEmpty(LogVerifier.VerifyProof(proof with { Entry = new byte[] { 1 } }, Logs.Signer.Verifier));
            Assert.NotEmpty(LogVerifier.VerifyProof(proof with { Index = index + 1 }, Logs.Signer.Verifier));
            Assert.NotEmpty(LogVerifier.VerifyProof(proof, NoteSigner.Generate("log.example/audit").Verifier));
        }
    }

    [Fact]
    public async Task A_proof_binds_the_log_that_it_is_verified_with()
    {
        Logs.Write(_log, 300);
        var proof = await _reader.ProveAsync(299, await _reader.CheckpointAsync(_cancellation), _cancellation);
        Assert.Empty((await Logs.VerifyAsync(_log, new VerifyWith(Proof: proof))).Findings);
        Logs.Write(_folder["fork"], 300, bytes: i => i == 3 ? [1] : Logs.Bytes(i));
        var report = await Logs.VerifyAsync(_folder["fork"], new VerifyWith(Proof: proof));
        Assert.Equal(FindingKind.Fork, Assert.Single(report.Findings).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v1\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra AA==\nindex -1\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra ?\nindex 1\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra AA==\nindex 1\nAA==\n\nx\n")]
    public void A_file_that_is_no_proof_is_refused_with_a_reason(string text)
    {
        Assert.False(InclusionProof.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out _, out var fault));
        Assert.NotEmpty(fault!);
    }

    [Fact]
    public async Task Consistency_is_proved_from_tiles_alone()
    {
        Logs.Write(_log, 66_000, bytes: i => Logs.Bytes(i));
        Directory.Delete(Path.Combine(_log, "tile/entries"), recursive: true);
        var now = await _reader.CheckpointAsync(_cancellation);
        var tree = new TreeBuilder();
        for (var size = 0; size <= 66_000; size++)
        {
            if (size is 0 or 1 or 255 or 256 or 300 or 65_535 or 65_536 or 65_600 or 66_000)
            {
                var proof = await _reader.ProveConsistencyAsync(size, now, _cancellation);
                Assert.True(Proofs.AreConsistent(size, tree.Root(), now.Size, now.Root, proof), $"from {size}");
            }

            tree.Append(TreeHash.OfLeaf(Logs.Bytes(size)));
        }
    }

    [Fact]
    public async Task A_witness_cosigns_a_log_that_grows_and_the_auditor_sees_when()
    {
        Logs.Write(_log, 300);
        var first = await CosignAsync(null);
        Logs.Write(_log, 300);
        var second = await CosignAsync(first);
        Assert.Equal(600, second.Size);

        var report = await Logs.VerifyAsync(_log, new VerifyWith(("the witness's checkpoint", second), Logs.Witness.Verifier));
        Assert.Empty(report.Findings);
        Assert.Contains("witness.example/w saw 600 entries", report.Statement, StringComparison.Ordinal);

        // Published beside the log, it is found without being brought along.
        Directory.CreateDirectory(Path.Combine(_log, "cosigned"));
        await File.WriteAllBytesAsync(Path.Combine(_log, Witness.PublishedPath(Logs.Witness.Verifier)), second.ToBytes(), _cancellation);
        Logs.Write(_log, 5);
        Assert.Contains("saw 600 entries", (await Logs.VerifyAsync(_log, new VerifyWith(Witness: Logs.Witness.Verifier))).Statement, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_witness_refuses_a_rollback_a_fork_and_a_log_of_another_key()
    {
        Logs.Write(_log, 300);
        var seen = await CosignAsync(null);
        Logs.Write(_folder["short"], 299);
        Assert.Equal(FindingKind.Rollback, await RefusalAsync(_folder["short"], seen));
        Logs.Write(_folder["fork"], 300, bytes: i => i == 3 ? [1] : Logs.Bytes(i));
        Assert.Equal(FindingKind.Fork, await RefusalAsync(_folder["fork"], seen));
        Logs.Write(_folder["fork"], 300);
        Assert.Equal(FindingKind.Fork, await RefusalAsync(_folder["fork"], seen));
        Logs.Write(_folder["other"], 400, NoteSigner.Generate("log.example/audit"));
        Assert.Equal(FindingKind.Checkpoint, await RefusalAsync(_folder["other"], seen));
        Assert.Equal(FindingKind.Evidence, await RefusalAsync(_log, Logs.ReadCheckpoint(_log)));
        Logs.Write(_log, 10);
        Directory.Delete(Path.Combine(_log, "tile/0"), recursive: true);
        Assert.Equal(FindingKind.Missing, await RefusalAsync(_log, seen));
    }

    [Fact]
    public async Task A_cosignature_that_is_absent_forged_or_of_another_witness_does_not_count()
    {
        Logs.Write(_log, 300);
        var cosigned = await CosignAsync(null);
        var other = NoteSigner.Generate("witness.example/w", NoteKeyKind.Witness).Verifier;
        var asked = new VerifyWith(("the witness's checkpoint", cosigned), other);
        Assert.Contains("No cosignature", Assert.Single((await Logs.VerifyAsync(_log, asked)).Findings).What, StringComparison.Ordinal);
        Assert.Equal(FindingKind.Evidence, Assert.Single((await Logs.VerifyAsync(_log, new VerifyWith(Witness: Logs.Witness.Verifier))).Findings).Kind);

        var later = Logs.ReadCheckpoint(_log).Cosign(NoteSigner.Parse(Logs.Witness.ExportSecret()), DateTimeOffset.UnixEpoch);
        var signature = later.Note.Signatures[^1].Signature.ToArray();
        signature[7] ^= 1;
        var forged = later.Note with { Signatures = [.. later.Note.Signatures.SkipLast(1), later.Note.Signatures[^1] with { Signature = signature }] };
        Assert.True(Checkpoint.TryParse(forged.ToBytes(), out var redated, out _));
        Assert.Null(redated.CosignedAt(Logs.Witness.Verifier, out _));
    }

    [Fact]
    public async Task With_a_cosignature_a_rollback_is_found()
    {
        Logs.Write(_log, 300);
        Logs.Copy(_log, _folder["old"]);
        Logs.Write(_log, 1);
        var seen = await CosignAsync(null);
        var report = await Logs.VerifyAsync(_folder["old"], new VerifyWith(("the witness's checkpoint", seen), Logs.Witness.Verifier));
        Assert.Equal(FindingKind.Rollback, Assert.Single(report.Findings).Kind);
    }

    private async Task<Checkpoint> CosignAsync(Checkpoint? before)
    {
        var outcome = await Witness.ObserveAsync(_reader, Logs.Signer.Verifier, Logs.Witness, before, TimeProvider.System, _cancellation);
        return Assert.IsType<WitnessOutcome.Cosigned>(outcome).Checkpoint;
    }

    private async Task<FindingKind> RefusalAsync(string directory, Checkpoint before)
    {
        var outcome = await Witness.ObserveAsync(
            new LogReader(new DirectoryTiles(directory)), Logs.Signer.Verifier, Logs.Witness, before, TimeProvider.System, _cancellation);
        return Assert.IsType<WitnessOutcome.Refused>(outcome).Finding.Kind;
    }
}
