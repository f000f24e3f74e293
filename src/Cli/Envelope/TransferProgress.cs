using System.CommandLine;
using System.Globalization;

namespace Scanlock.Cli.Envelope;

/// <summary>
/// A line on stderr that says how far a long transfer is, where stderr is a terminal and JSON was not asked for. It shows itself after a
/// second, so that short work stays quiet, and is gone at the end.
/// </summary>
internal sealed class TransferProgress : IDisposable
{
    private const int BarCells = 24;
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock writing = new();
    private readonly StandardInput input;
    private readonly long started = TimeProvider.System.GetTimestamp();
    private readonly ITimer timer;
    private bool shown;
    private bool ended;

    private TransferProgress(StandardInput input)
    {
        this.input = input;
        timer = TimeProvider.System.CreateTimer(_ => Show(), null, s_first, s_interval);
    }

    /// <summary>Null where there is nobody to see it.</summary>
    public static TransferProgress? Start(ParseResult parse, StandardInput input) =>
        Console.IsErrorRedirected || parse.GetValue(CommandLine.Json) ? null : new TransferProgress(input);

    /// <summary>What the line says of so many bytes, of a total where it is known, after so much time.</summary>
    public static string Describe(long bytes, long? total, TimeSpan elapsed)
    {
        var rate = bytes / 1e6 / Math.Max(elapsed.TotalSeconds, 1e-3);
        var speed = string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N0} MB, {rate:N0} MB/s");
        if (total is not > 0)
        {
            return speed;
        }

        var done = Math.Clamp((double)bytes / total.Value, 0, 1);
        var cells = (int)(done * BarCells);
        var bar = new string('#', cells).PadRight(BarCells, '.');
        return string.Create(CultureInfo.InvariantCulture, $"[{bar}] {done:P0}  {speed}");
    }

    public void Dispose()
    {
        timer.Dispose();
        lock (writing)
        {
            ended = true;
            if (shown)
            {
                Console.Error.Write("\r\e[K");
            }
        }
    }

    private void Show()
    {
        lock (writing)
        {
            if (ended)
            {
                return;
            }

            shown = true;
            Console.Error.Write($"\r{Describe(input.BytesRead, input.TotalBytes, TimeProvider.System.GetElapsedTime(started))}\e[K");
        }
    }
}
