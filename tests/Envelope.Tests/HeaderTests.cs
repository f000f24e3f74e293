using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Scanlock.Envelope.Tests;

public sealed class HeaderTests : IDisposable
{
    /// <summary>The points of small order on Curve25519 and its twist, in canonical form.</summary>
    public static TheoryData<string> LowOrderPoints { get; } =
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    ];

    private readonly PrivateKey reader = PrivateKey.Generate();
    private readonly DataKey key = DataKey.Random();

    [Fact]
    public void A_header_gives_each_recipient_the_key_and_nobody_else()
    {
        using var second = PrivateKey.Generate();
        using var stranger = PrivateKey.Generate();
        var header = Header.Create(key, [reader.PublicKey, second.PublicKey]);
        foreach (var recipient in new[] { reader, second })
        {
            using var opened = Header.OpenSingle(header, recipient).Unwrap();
            Assert.Equal(key.Bytes, opened.Bytes);
        }

        Assert.IsType<NotForThisKey>(Header.Open(header, stranger).Refusal);
    }

    [Fact]
    public void A_recipient_given_twice_gets_one_packet() =>
        Assert.Equal(16 + 108, Header.Create(key, [reader.PublicKey, PublicKey.FromBytes(reader.PublicKey.ToArray()).Unwrap()]).Length);

    [Fact]
    public void Two_headers_for_the_same_key_and_reader_have_nothing_in_common()
    {
        var (first, second) = (Header.Create(key, [reader.PublicKey]), Header.Create(key, [reader.PublicKey]));
        Assert.NotEqual(first[24..56], second[24..56]);
        Assert.NotEqual(first[56..], second[56..]);
    }

    [Fact]
    public void Encrypting_a_header_again_keeps_the_data_key_and_shuts_the_old_reader_out()
    {
        using var job = PrivateKey.Generate();
        var header = Header.Reencrypt(Header.Create(key, [reader.PublicKey]), reader, [job.PublicKey]).Unwrap();
        using var opened = Header.OpenSingle(header, job).Unwrap();
        Assert.Equal(key.Bytes, opened.Bytes);
        Assert.IsType<NotForThisKey>(Header.Open(header, reader).Refusal);
    }

    [Fact]
    public void An_injected_key_packet_is_not_carried_into_a_new_header()
    {
        using var injected = DataKey.Random();
        byte[] both = [.. Header.Create(key, [reader.PublicKey]), .. Header.Create(injected, [reader.PublicKey])[16..]];
        both[12] = 2;
        using var job = PrivateKey.Generate();
        Assert.Equal(new SeveralDataKeys(2), Header.Reencrypt(both, reader, [job.PublicKey]).Refusal);
    }

    [Theory]
    [MemberData(nameof(LowOrderPoints))]
    [Trait("promise", "P11")]
    public void A_public_key_of_low_order_cannot_be_made(string hex) =>
        Assert.IsType<AllZeroSharedSecret>(PublicKey.FromBytes(Convert.FromHexString(hex)).Refusal);

    [Theory]
    [MemberData(nameof(LowOrderPoints))]
    [Trait("promise", "P11")]
    public void A_packet_whose_writer_has_a_key_of_low_order_refuses_the_header(string hex)
    {
        var header = Header.Create(key, [reader.PublicKey]);
        Convert.FromHexString(hex).CopyTo(header, 24);
        Assert.IsType<AllZeroSharedSecret>(Header.Open(header, reader).Refusal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64!")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_not_thirty_two_bytes_of_base64_is_no_public_key(string text) =>
        Assert.IsType<NotAPublicKey>(PublicKey.Parse(text).Refusal);

    [Fact]
    public void A_public_key_survives_being_written() =>
        Assert.Equal(reader.PublicKey, PublicKey.Parse(reader.PublicKey.ToString()).Unwrap());

    [Fact]
    [Trait("promise", "P11")]
    public async Task Every_way_a_header_can_be_malformed_is_refused_whole_or_streamed()
    {
        var header = Header.Create(key, [reader.PublicKey]);
        await RefusedAsync<NotCrypt4gh>([]);
        await RefusedAsync<NotCrypt4gh>([.. "CRYPT4GH"u8, .. header[8..]]);
        await RefusedAsync<UnsupportedVersion>(With(header, 8, 2));
        await RefusedAsync<HeaderTooLarge>(With(header, 12, Header.MaxPackets + 1));
        await RefusedAsync<HeaderTooLarge>(With(header, 12, uint.MaxValue));
        await RefusedAsync<HeaderTooLarge>(With(header, 16, uint.MaxValue));
        await RefusedAsync<HeaderTooLarge>(With(header, 16, Header.MaxBytes));
        await RefusedAsync<MalformedHeader>(With(header, 16, 0));
        await RefusedAsync<MalformedHeader>(With(header, 16, 7));
        await RefusedAsync<MalformedHeader>(With(header, 16, 109));
        await RefusedAsync<MalformedHeader>(With(header, 12, 2));
        await RefusedAsync<NotForThisKey>(With(header, 12, 0)[..16]);
        for (var length = 8; length < header.Length; length++)
        {
            await RefusedAsync<MalformedHeader>(header[..length]);
        }
    }

    [Fact]
    public void Bytes_after_the_last_packet_are_refused_where_the_header_stands_alone() =>
        Assert.IsType<MalformedHeader>(Header.Open([.. Header.Create(key, [reader.PublicKey]), 0], reader).Refusal);

    [Fact]
    public void A_packet_too_short_for_its_method_is_refused()
    {
        byte[] header = [.. "crypt4gh"u8, 1, 0, 0, 0, 1, 0, 0, 0, 67, 0, 0, 0, .. new byte[63]];
        Assert.IsType<MalformedHeader>(Header.Open(header, reader).Refusal);
    }

    [Fact]
    public async Task A_packet_of_unknown_type_for_us_is_refused()
    {
        await Peer.SkipUnlessThereAsync();
        var header = await Peer.HeaderAsync(
            Peer.KeyPacket(reader.PublicKey, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))),
            Peer.Packet("unknown", reader.PublicKey));
        Assert.IsType<MalformedHeader>(Header.Open(header, reader).Refusal);
    }

    [Fact]
    public async Task A_packet_of_another_encryption_method_is_skipped()
    {
        await Peer.SkipUnlessThereAsync();
        var foreign = new byte[20];
        (foreign[0], foreign[4]) = (20, 99);
        var secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var header = await Peer.HeaderAsync(Peer.RawPacket(foreign), Peer.KeyPacket(reader.PublicKey, secret));
        using var opened = Header.OpenSingle(header, reader).Unwrap();
        Assert.Equal(secret, Convert.ToHexStringLower(opened.Bytes));
    }

    [Fact]
    public async Task A_header_is_read_exactly_and_its_last_reader_is_found()
    {
        PublicKey[] others = [.. Enumerable.Range(0, 20).Select(_ => PrivateKey.Generate().PublicKey)];
        var header = Header.Create(key, [.. others, reader.PublicKey]);
        using var stream = new MemoryStream([.. header, 1, 2, 3]);
        Assert.Equal(header, (await Header.ReadAsync(stream, CancellationToken.None)).Unwrap());
        Assert.Equal(header.Length, stream.Position);
        using var opened = Header.OpenSingle(header, reader).Unwrap();
        Assert.Equal(key.Bytes, opened.Bytes);
    }

    public void Dispose()
    {
        reader.Dispose();
        key.Dispose();
    }

    private static byte[] With(byte[] header, int at, uint value)
    {
        var changed = header.ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(at), value);
        return changed;
    }

    private async Task RefusedAsync<T>(byte[] header)
        where T : EnvelopeRefusal
    {
        Assert.IsType<T>(Header.Open(header, reader).Refusal);
        var (refusal, plaintext) = await Content.OpenAsync(header, reader);
        Assert.IsType<T>(refusal);
        Assert.Empty(plaintext);
    }
}
