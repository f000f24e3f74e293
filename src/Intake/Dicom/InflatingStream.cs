using System.IO.Compression;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake.Dicom;

/// <summary>The rest of an input, inflated (PS3.5 A.5). What inflates past the bounds is too large, what does not inflate damaged.</summary>
internal sealed class InflatingStream(DicomInput deflated) : Stream
{
    private readonly long start = deflated.Position;
    private readonly DeflateStream inflated = new(deflated.Rest(), CompressionMode.Decompress);
    private long given;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = inflated.Read(buffer);
            given += read;
            return given <= DicomBounds.FreeInflatedBytes || given <= (deflated.Position - start) * DicomBounds.MaxInflation
                ? read
                : throw new DicomException(RefusalCode.TooLarge);
        }
        catch (InvalidDataException)
        {
            throw new DicomException(RefusalCode.Damaged);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inflated.Dispose();
        }

        base.Dispose(disposing);
    }
}
