using Microsoft.Win32.SafeHandles;

namespace Scanlock.Cli.Envelope;

/// <summary>stdin and stdout as raw bytes, unbuffered: the pipeline brings its own buffers.</summary>
internal static class StandardStreams
{
    private const int StandardOutput = 1;

    public static Stream OpenInput() => new PromptInput(Console.OpenStandardInput());

    public static Stream OpenOutput()
    {
        // The console's stream takes a closed pipe for success, so pipes go through a FileStream, which says so. Files do not: a FileStream
        // would write at offsets of its own and leave the shell's where it was, and the next program would overwrite us.
        var file = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return file.CanSeek ? Console.OpenStandardOutput() : file;
    }

    /// <summary>
    /// A read from a terminal or a pipe cannot be interrupted; this lets go of it, so that an error elsewhere ends the program at once.
    /// </summary>
    private sealed class PromptInput(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(inner.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken));

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
