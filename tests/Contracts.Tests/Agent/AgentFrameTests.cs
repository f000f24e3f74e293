using System.Buffers.Binary;
using Scanlock.Contracts.Agent;
using Scanlock.Testing;

namespace Scanlock.Contracts.Tests.Agent;

public sealed class AgentFrameTests
{
    private static readonly Put s_put = new(Sha256Digest.Of("ciphertext"u8), 70_000, 4_096) { Body = 5 };

    [Fact]
    public async Task Frames_and_their_bodies_read_back_in_order_to_a_clean_end()
    {
        using var stream = new MemoryStream(
        [
            .. await FrameAsync(new Hello(AgentProtocol.Version), []),
            .. await FrameAsync(s_put, "bytes"u8.ToArray()),
            .. await FrameAsync(new Purge(s_put.Digest), []),
        ]);

        Assert.Equal(new Hello(AgentProtocol.Version), await ReadAsync(stream));
        Assert.Equal(s_put, await ReadAsync(stream));
        Assert.Equal("bytes"u8.ToArray(), await AgentFrames.ReadBodyAsync(stream, s_put.Body, CancellationToken.None));
        Assert.Equal(new Purge(s_put.Digest), await ReadAsync(stream));
        Assert.Null(await ReadAsync(stream));
    }

    [Fact]
    public async Task A_frame_is_a_big_endian_length_the_vectors_json_and_the_body()
    {
        var json = await File.ReadAllBytesAsync(Repository.Vector("contracts", "agent-put.json"));
        var message = Wire.Read(json, ContractsJson.Strict.AgentRequest);
        Assert.Equal([0, 0, (byte)(json.Length >> 8), (byte)json.Length, .. json, 7, 8, 9], await FrameAsync(message, [7, 8, 9]));
    }

    [Fact]
    public async Task A_stream_that_ends_inside_a_frame_is_refused_wherever_it_ends()
    {
        var frame = await FrameAsync(new Cancel(s_put.Digest), []);
        for (var length = 1; length < frame.Length; length++)
        {
            using var cut = new MemoryStream(frame[..length]);
            await Assert.ThrowsAsync<WireFormatException>(() => ReadAsync(cut));
        }

        using var body = new MemoryStream([1, 2, 3]);
        await Assert.ThrowsAsync<WireFormatException>(() => AgentFrames.ReadBodyAsync(body, 4, CancellationToken.None));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(AgentProtocol.MaxFrameBytes + 1u)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x5353482du)]
    public async Task A_length_that_no_frame_has_is_refused_before_anything_is_read_for_it(uint length)
    {
        var start = new byte[64];
        BinaryPrimitives.WriteUInt32BigEndian(start, length);
        using var stream = new MemoryStream(start);
        var refused = await Assert.ThrowsAsync<WireFormatException>(() => ReadAsync(stream));
        Assert.Contains("no frame", refused.Message, StringComparison.Ordinal);
        Assert.Equal(sizeof(uint), stream.Position);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(AgentProtocol.MaxBodyBytes + 1)]
    [InlineData(int.MaxValue)]
    public async Task A_body_outside_the_bound_is_refused_before_anything_is_read_for_it(int bytes)
    {
        using var stream = new MemoryStream(new byte[16]);
        var refused = await Assert.ThrowsAsync<WireFormatException>(() => AgentFrames.ReadBodyAsync(stream, bytes, CancellationToken.None));
        Assert.Contains($"{AgentProtocol.MaxBodyBytes}", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, stream.Position);
    }

    [Fact]
    public async Task The_longest_body_is_read()
    {
        using var stream = new MemoryStream(new byte[AgentProtocol.MaxBodyBytes]);
        Assert.Equal(AgentProtocol.MaxBodyBytes, (await AgentFrames.ReadBodyAsync(stream, AgentProtocol.MaxBodyBytes, CancellationToken.None)).Length);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"protocol":1}""")]
    [InlineData("""{"protocol":1,"op":"hello"}""")]
    [InlineData("""{"op":"hello"}""")]
    [InlineData("""{"op":"hello","protocol":1""")]
    [InlineData("""{"op":7,"protocol":1}""")]
    public async Task A_frame_that_holds_no_message_is_refused(string json)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(json);
        using var stream = new MemoryStream([0, 0, 0, (byte)bytes.Length, .. bytes]);
        await Assert.ThrowsAsync<WireFormatException>(() => ReadAsync(stream));
    }

    private static Task<AgentRequest?> ReadAsync(Stream stream) => AgentFrames.ReadAsync(stream, ContractsJson.Strict.AgentRequest, CancellationToken.None);

    private static async Task<byte[]> FrameAsync(AgentRequest message, byte[] body)
    {
        using var stream = new MemoryStream();
        await AgentFrames.WriteAsync(stream, message, ContractsJson.Strict.AgentRequest, body, CancellationToken.None);
        return stream.ToArray();
    }
}
