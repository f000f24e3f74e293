using System.Text;

namespace Scanlock.Processes;

/// <summary>Keeps the last 16 KiB of a stream, however long it is.</summary>
internal sealed class TailBuffer
{
    private const int Capacity = 16 * 1024;
    private readonly byte[] kept = new byte[Capacity];
    private readonly Lock gate = new();
    private long written;

    internal string Text
    {
        get
        {
            lock (gate)
            {
                var start = (int)(written % Capacity);
                return written <= Capacity
                    ? Encoding.UTF8.GetString(kept, 0, (int)written)
                    : Encoding.UTF8.GetString([.. kept[start..], .. kept[..start]]);
            }
        }
    }

    /// <summary>Reads to the end, or until the stream is disposed under it.</summary>
    internal async Task FillAsync(Stream stream)
    {
        var chunk = new byte[4096];
        try
        {
            int count;
            while ((count = await stream.ReadAsync(chunk)) > 0)
            {
                Append(chunk.AsSpan(0, count));
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or IOException or OperationCanceledException)
        {
            // The program is gone and so is its stream; what was kept stands.
            return;
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            foreach (var value in bytes)
            {
                kept[written++ % Capacity] = value;
            }
        }
    }
}
