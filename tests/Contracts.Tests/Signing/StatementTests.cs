using System.Buffers.Text;
using System.Text;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;

namespace Scanlock.Contracts.Tests.Signing;

public sealed class StatementTests
{
    private static readonly SigningKey s_key = SigningKey.Create();
    private static readonly PurgeReceipt s_receipt = new(
        1, "demo-cluster", Sha256Digest.Of("job"u8), [Sha256Digest.Of("a"u8)], [], new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    [Fact]
    public void A_statement_verifies_and_says_what_was_signed()
    {
        var signed = StatementKinds.PurgeReceipt.Sign(s_receipt, s_key);
        var read = StatementKinds.PurgeReceipt.Verify(signed.Compact, s_key.Public);
        Assert.Equal(signed.Digest, read.Digest);
        Assert.Equal(s_receipt.Site, read.Value.Site);
        Assert.Equal(s_receipt.Deleted, read.Value.Deleted);
    }

    [Fact]
    public void A_statement_of_one_kind_is_none_of_another()
    {
        var signed = StatementKinds.PurgeReceipt.Sign(s_receipt, s_key);
        var refused = Assert.Throws<WireFormatException>(() => StatementKinds.KeyRequest.Verify(signed.Compact, s_key.Public));
        Assert.Contains("scanlock-purge+jws", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_key_a_changed_byte_and_a_cut_are_refused()
    {
        var signed = StatementKinds.PurgeReceipt.Sign(s_receipt, s_key).Compact;
        using var other = SigningKey.Create();
        Assert.Throws<WireFormatException>(() => StatementKinds.PurgeReceipt.Verify(signed, other.Public));
        for (var i = 0; i < signed.Length; i += 7)
        {
            var changed = signed.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            Assert.Throws<WireFormatException>(() => StatementKinds.PurgeReceipt.Verify(new(changed), s_key.Public));
            Assert.Throws<WireFormatException>(() => StatementKinds.PurgeReceipt.Verify(signed[..i], s_key.Public));
        }
    }

    [Theory]
    [InlineData("""{"at":"2026-01-02T03:04:05+00:00","deleted":[],"job":"JOB","kept":[],"site":"x","v":1,"z":0}""", "$.z")]
    [InlineData("""{"at":"2026-01-02T03:04:05+00:00","deleted":[],"job":"JOB","kept":[],"v":1}""", "$")]
    [InlineData("""{"at":"2026-01-02T03:04:05+00:00","deleted":[],"job":"JOB","kept":[],"site":"x","v":2}""", "version 2")]
    [InlineData("""{"v":1,"at":"2026-01-02T03:04:05+00:00","deleted":[],"job":"JOB","kept":[],"site":"x"}""", "not canonical")]
    public void A_payload_that_is_not_exactly_the_format_is_refused_though_its_signature_is_good(string payload, string because)
    {
        var compact = SignRaw(payload.Replace("JOB", s_receipt.Job.ToString(), StringComparison.Ordinal));
        var refused = Assert.Throws<WireFormatException>(() => StatementKinds.PurgeReceipt.Verify(compact, s_key.Public));
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_is_named_by_its_rfc7638_thumbprint_and_reads_back_from_pem()
    {
        using var again = SigningKey.FromPem(s_key.ExportPem());
        Assert.Equal(s_key.Public.Id, again.Public.Id);
        Assert.Equal(s_key.Public, VerifyingKey.FromPem(s_key.Public.ExportPem()));
        Assert.Equal(43, s_key.Public.Id.Length);
        Assert.Throws<WireFormatException>(() => VerifyingKey.FromPem(s_key.ExportPem()));
        Assert.Throws<WireFormatException>(() => SigningKey.FromPem("no key"));
    }

    /// <summary>Signs bytes that our own writer would not make.</summary>
    private static string SignRaw(string payload)
    {
        using var ecdsa = System.Security.Cryptography.ECDsa.Create();
        ecdsa.ImportFromPem(s_key.ExportPem());
        var header = $$"""{"alg":"ES256","kid":"{{s_key.Public.Id}}","typ":"scanlock-purge+jws"}""";
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(ecdsa.SignData(Encoding.ASCII.GetBytes(signed), System.Security.Cryptography.HashAlgorithmName.SHA256))}";
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
