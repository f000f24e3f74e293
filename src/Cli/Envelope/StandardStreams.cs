using Microsoft.Win32.SafeHandles;

namespace Scanlock.Cli.Envelope;

/// <summary>
/// stdout as raw bytes, unbuffered: the pipeline brings its own buffers. Asynchronous writes are done at once: no other thread could do
/// them sooner, and handing each one over would cost more than the write.
/// </summary>
internal sealed class StandardOutput : Stream
{
    private const int Descriptor = 1;

    private readonly Stream inner = Open();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        inner.Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private static Stream Open()
    {
        // The console's stream takes a closed pipe for success, so pipes go through a FileStream, which says so. Files do not: a FileStream
        // would write at offsets of its own and leave the shell's where it was, and the next program would overwrite us.
        var file = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return file.CanSeek ? Console.OpenStandardOutput() : file;
    }
}

/// <summary>
/// stdin as raw bytes, unbuffered, counted. A read from a terminal or a pipe cannot be interrupted; when cancelled this one lets go of it,
/// so that an error elsewhere ends the program at once.
/// </summary>
internal sealed class StandardInput : Stream
{
    private const int Descriptor = 0;

    private readonly Stream inner = Console.OpenStandardInput();
    private long bytesRead;

    /// <summary>What there is to read in all, where stdin is a file.</summary>
    public long? TotalBytes { get; } = MeasureFile();

    public long BytesRead => Interlocked.Read(ref bytesRead);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken);
        Interlocked.Add(ref bytesRead, read);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("asynchronous only");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static long? MeasureFile()
    {
        var file = new FileStream(new SafeFileHandle(Descriptor, ownsHandle: false), FileAccess.Read, bufferSize: 0);
        return file.CanSeek ? file.Length - file.Position : null;
    }
}
