using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace Scanlock.Audit.Tests;

[Trait("promise", "P8")]
public sealed class NoteTests
{
    private static readonly byte[] s_vector = Encoding.UTF8.GetBytes(Vectors.Text("checkpoint"));

    [Fact]
    public void The_vector_is_signed_by_its_log_and_cosigned_by_its_witness()
    {
        var checkpoint = Parse(s_vector);
        Assert.Equal(("log.example/audit", 8L), (checkpoint.Origin, checkpoint.Size));
        Assert.Equal(Vectors.Roots[8], checkpoint.Root.ToArray());
        Assert.True(checkpoint.IsSignedBy(VerifierKey.Parse(Vectors.Text("log_vkey")), out _));
        Assert.Equal(Vectors.Number("cosigned_at"), checkpoint.CosignedAt(VerifierKey.Parse(Vectors.Text("witness_vkey")), out _)?.ToUnixTimeSeconds());
        Assert.Equal(s_vector, checkpoint.ToBytes());
    }

    [Fact]
    public void The_keys_of_the_vector_make_the_same_bytes()
    {
        var signed = Checkpoint.Sign(NoteSigner.Parse(Vectors.Text("log_secret")), 8, TreeHash.FromBytes(Vectors.Roots[8]));
        var cosigned = signed.Cosign(
            NoteSigner.Parse(Vectors.Text("witness_secret")), DateTimeOffset.FromUnixTimeSeconds(Vectors.Number("cosigned_at")));
        Assert.Equal(s_vector, cosigned.ToBytes());
    }

    [Theory]
    [InlineData("log_secret", "log_vkey"), InlineData("witness_secret", "witness_vkey")]
    public void A_secret_key_is_read_and_written_as_it_was_and_gives_its_verifier_key(string secret, string verifier)
    {
        var signer = NoteSigner.Parse(Vectors.Text(secret) + "\n");
        Assert.Equal(Vectors.Text(secret), signer.ExportSecret());
        Assert.Equal(Vectors.Text(verifier), signer.Verifier.ToString());
    }

    // Published with Go's note package, so made by another implementation.
    [Fact]
    public void A_note_key_of_the_go_note_package_is_read_and_signs_as_there()
    {
        var signer = NoteSigner.Parse("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz");
        Assert.Equal("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", signer.Verifier.ToString());
        var signature = new NoteSignature("PeterNeumann", signer.Verifier.Id, signer.Sign(
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"u8));
        Assert.Equal(
            "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
            signature.ToLine());
    }

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("name+00000000+AA==")]
    [InlineData("na me+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("Peter+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    [InlineData("PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")]
    public void What_is_no_verifier_key_is_refused_with_a_reason(string text)
    {
        Assert.False(VerifierKey.TryParse(text, out _, out var fault));
        Assert.NotEmpty(fault!);
    }

    [Fact]
    public void Any_byte_of_a_checkpoint_changed_makes_it_unreadable_or_unsigned()
    {
        var (log, witness) = (VerifierKey.Parse(Vectors.Text("log_vkey")), VerifierKey.Parse(Vectors.Text("witness_vkey")));
        Prop.ForAll(Gen.Choose(0, s_vector.Length - 1).SelectMany(i => Gen.Choose(1, 255).Select(x => (i, x))).ToArbitrary(), change =>
        {
            var bytes = (byte[])s_vector.Clone();
            bytes[change.i] ^= (byte)change.x;
            return !Checkpoint.TryParse(bytes, out var checkpoint, out _)
                || !checkpoint.IsSignedBy(log, out _)
                || checkpoint.CosignedAt(witness, out _) is null;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Theory]
    [InlineData("log.example/audit\n08\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n")]
    [InlineData("log.example/audit\n-8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n")]
    [InlineData("log.example/audit\n9223372036854775808\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n")]
    [InlineData("log.example/audit\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyh=\n")]
    [InlineData("log.example/audit\n8\n")]
    [InlineData("\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n")]
    public void A_text_that_is_no_checkpoint_is_refused(string text)
    {
        var bytes = Encoding.UTF8.GetBytes($"{text}\n\u2014 a AAAAAAAA\n");
        Assert.False(Checkpoint.TryParse(bytes, out _, out var fault));
        Assert.NotEmpty(fault!);
    }

    [Fact]
    public void A_checkpoint_of_another_log_or_another_key_of_the_same_name_is_not_believed()
    {
        var checkpoint = Parse(s_vector);
        Assert.False(checkpoint.IsSignedBy(NoteSigner.Generate("other.example").Verifier, out var fault));
        Assert.Contains("other.example", fault, StringComparison.Ordinal);
        Assert.False(checkpoint.IsSignedBy(NoteSigner.Generate("log.example/audit").Verifier, out fault));
        Assert.Contains("no signature by the key given", fault, StringComparison.Ordinal);
    }

    private static Checkpoint Parse(byte[] bytes) => Checkpoint.TryParse(bytes, out var c, out var fault) ? c : throw new InvalidDataException(fault);
}
