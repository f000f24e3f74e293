using FsCheck;
using FsCheck.Fluent;

namespace Scanlock.Envelope.Tests;

public sealed class RoundTripProperties
{
    /// <summary>Lengths around multiples of a segment, where mistakes live, up to three blocks of segments.</summary>
    private static readonly Gen<int> s_lengths =
        from segments in Gen.Choose(0, 24)
        from offset in Gen.Frequency((3, Gen.Choose(-2, 2)), (1, Gen.Choose(0, 65535)))
        select Math.Max(0, (segments * 65536) + offset);

    [Fact]
    public void What_is_sealed_opens_to_itself_however_the_streams_are_cut_up() =>
        Prop.ForAll(
                s_lengths.ToArbitrary(),
                Gen.Choose(1, 100_000).ToArbitrary(),
                (length, most) => RoundTripAsync(length, most).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Fact]
    public void Sizes_of_ciphertext_and_plaintext_are_each_others_inverse() =>
        Prop.ForAll(s_lengths.ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (length, segments) =>
            {
                var plaintext = ((long)segments << 16) + length;
                var ciphertext = Body.CiphertextBytes(plaintext);
                return Body.PlaintextBytes(ciphertext) == plaintext && ciphertext >= plaintext;
            })
            .QuickCheckThrowOnFailure();

    /// <summary>A flip anywhere is noticed, and what was written before it is the true beginning.</summary>
    [Fact]
    [Trait("promise", "P11")]
    public void Any_flipped_bit_in_a_body_refuses_it_and_only_authentic_bytes_are_written() =>
        Prop.ForAll(Gen.Choose(1, 12 * 65564).ToArbitrary(), Gen.Choose(0, int.MaxValue).ToArbitrary(), FlipIsNoticed)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    private static async Task<bool> RoundTripAsync(int length, int most)
    {
        using var reader = PrivateKey.Generate();
        var plaintext = Content.Pattern(length);
        using var file = new MemoryStream();
        await WholeFile.SealAsync(new DribblingStream(new MemoryStream(plaintext), most), file, [reader.PublicKey], CancellationToken.None);
        using var opened = new MemoryStream();
        file.Position = 0;
        var bytes = (await WholeFile.OpenAsync(new DribblingStream(file, most), opened, reader, CancellationToken.None)).Unwrap();
        return bytes == length
            && file.Length == 16 + 108 + Body.CiphertextBytes(length)
            && opened.ToArray().AsSpan().SequenceEqual(plaintext);
    }

    private static bool FlipIsNoticed(int length, int where)
    {
        using var reader = PrivateKey.Generate();
        var plaintext = Content.Pattern(length);
        var file = Content.SealAsync(plaintext, reader.PublicKey).GetAwaiter().GetResult();
        var bodyAt = 16 + 108;
        var at = bodyAt + (where % (file.Length - bodyAt));
        file[at] ^= (byte)(1 << (where % 8));
        var (refusal, written) = Content.OpenAsync(file, reader).GetAwaiter().GetResult();
        var segment = (at - bodyAt) / 65564;
        return refusal == new SegmentNotAuthentic(segment) && written.AsSpan().SequenceEqual(plaintext.AsSpan(0, segment * 65536));
    }
}
