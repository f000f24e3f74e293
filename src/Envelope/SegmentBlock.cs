using System.Buffers;
using System.Security.Cryptography;

namespace Scanlock.Envelope;

/// <summary>
/// A run of segments on its way through a pipeline, with its buffers and ciphers: one worker has it at a time, and it is used again
/// for a later run. A cipher object must not be shared between threads, so each block has its own.
/// </summary>
internal sealed class SegmentBlock : IDisposable
{
    /// <summary>Segments in a block: enough to make reads, writes and hand-overs few, small enough to stay in a core's cache.</summary>
    public const int Segments = 8;

    private readonly byte[] input;
    private readonly byte[] output;
    private readonly int inputCapacity;
    private int inputLength;
    private int outputLength;

    public SegmentBlock(IReadOnlyList<DataKey> keys, int inputSegmentBytes, int outputSegmentBytes)
    {
        inputCapacity = Segments * inputSegmentBytes;
        input = ArrayPool<byte>.Shared.Rent(inputCapacity);
        output = ArrayPool<byte>.Shared.Rent(Segments * outputSegmentBytes);
        Ciphers = [.. keys.Select(key => new ChaCha20Poly1305(key.Bytes))];
    }

    public ChaCha20Poly1305[] Ciphers { get; }

    public ReadOnlySpan<byte> Input => input.AsSpan(0, inputLength);

    public Span<byte> Output => output;

    public ReadOnlyMemory<byte> Finished => output.AsMemory(0, outputLength);

    /// <summary>The first segment of the block that did not authenticate, counted from the block's start.</summary>
    public int? FailedSegment { get; private set; }

    /// <summary>Fills the block from the stream; a block that is not full is the last.</summary>
    public async Task<int> FillAsync(Stream source, CancellationToken cancellationToken)
    {
        FailedSegment = null;
        outputLength = 0;
        inputLength = await source.ReadAtLeastAsync(input.AsMemory(0, inputCapacity), inputCapacity, false, cancellationToken);
        return inputLength;
    }

    public bool IsFull => inputLength == inputCapacity;

    public void Finish(int written) => outputLength = written;

    public void Fail(int segment, int authenticBytes)
    {
        outputLength = authenticBytes;
        FailedSegment = segment;
    }

    public void Dispose()
    {
        foreach (var cipher in Ciphers)
        {
            cipher.Dispose();
        }

        // One of the two held content in clear; the pool would hand it on.
        ArrayPool<byte>.Shared.Return(input, clearArray: true);
        ArrayPool<byte>.Shared.Return(output, clearArray: true);
    }
}
