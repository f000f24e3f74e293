using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Scanlock.Contracts;

namespace Scanlock.Gateway.Results;

/// <summary>
/// Passes a canonical safetensors file on with metadata in its header: what it takes to make the model again (P12). Only the gate's own
/// output goes through here, so the header is known to be without any.
/// </summary>
internal sealed class ProvenanceStream(Stream output, IReadOnlyDictionary<string, string> metadata) : Stream
{
    private const int LengthBytes = 8;
    private const int Alignment = 8;

    private readonly MemoryStream _header = new();
    private bool _passedHeader;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_passedHeader)
        {
            var wanted = Wanted();
            while (wanted > 0 && !buffer.IsEmpty)
            {
                var taken = (int)Math.Min(wanted, buffer.Length);
                _header.Write(buffer.Span[..taken]);
                buffer = buffer[taken..];
                wanted = Wanted();
            }

            if (wanted > 0)
            {
                return;
            }

            await output.WriteAsync(Stamped(), cancellationToken);
            _passedHeader = true;
        }

        await output.WriteAsync(buffer, cancellationToken);
    }

    /// <summary>Bytes of the header still to come, as far as is known yet.</summary>
    private long Wanted()
    {
        var have = _header.GetBuffer().AsSpan(0, (int)_header.Length);
        return have.Length < LengthBytes
            ? LengthBytes - have.Length
            : LengthBytes + BinaryPrimitives.ReadInt64LittleEndian(have) - have.Length;
    }

    private byte[] Stamped()
    {
        var json = Encoding.UTF8.GetString(_header.GetBuffer(), LengthBytes, (int)_header.Length - LengthBytes).TrimEnd();
        var members = JsonSerializer.SerializeToElement(metadata, ContractsJson.Strict.IReadOnlyDictionaryStringString);
        var stamped = $$"""{"__metadata__":{{Encoding.UTF8.GetString(CanonicalJson.Serialize(members))}},{{json[1..]}}""";
        var padded = Encoding.UTF8.GetBytes(stamped);
        var length = (padded.Length + Alignment - 1) / Alignment * Alignment;
        var header = new byte[LengthBytes + length];
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        header.AsSpan(LengthBytes).Fill((byte)' ');
        padded.CopyTo(header, LengthBytes);
        return header;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => output.FlushAsync(cancellationToken);

    public override void Flush() => output.Flush();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Asynchronous only.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
