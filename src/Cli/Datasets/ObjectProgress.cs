using System.CommandLine;
using System.Globalization;

namespace Scanlock.Cli.Datasets;

/// <summary>
/// How far an upload is, or the taking out of an archive: counts for the report, and where stderr is a terminal and JSON was not asked for, a line on it that shows itself after
/// a moment and is gone at the end.
/// </summary>
internal sealed class ObjectProgress : IDisposable
{
    private const int BarCells = 16;
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(250);

    private readonly Lock _writing = new();
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private readonly int _total;
    private readonly ITimer? _timer;
    private int _done;
    private int _sent;
    private long _sentBytes;
    private string? _note;
    private bool _isEnded;

    public ObjectProgress(ParseResult parse, int total)
    {
        _total = total;
        _timer = Console.IsErrorRedirected || parse.GetValue(CommandLine.Json) ? null : TimeProvider.System.CreateTimer(_ => Show(), null, s_interval, s_interval);
    }

    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_started);

    /// <summary>Bytes of the objects that were sent, or taken out.</summary>
    public long SentBytes => _sentBytes;

    /// <summary>Objects that were sent, or taken out.</summary>
    public int Sent => _sent;

    /// <param name="sentBytes">The file's bytes; 0 where it did not have to be sent.</param>
    public void Done(long sentBytes)
    {
        _note = null;
        Interlocked.Increment(ref _done);
        if (sentBytes > 0)
        {
            Interlocked.Increment(ref _sent);
            Interlocked.Add(ref _sentBytes, sentBytes);
        }
    }

    /// <summary>Shown until something is done again.</summary>
    public void Note(string note) => _note = note;

    /// <summary>What the line says.</summary>
    /// <param name="done">Files that are done with, of <paramref name="total"/>.</param>
    /// <param name="total">All files.</param>
    /// <param name="sent">Those of them that had to be sent.</param>
    /// <param name="sentBytes">Their bytes.</param>
    /// <param name="elapsed">Since the start.</param>
    public static string Describe(int done, int total, int sent, long sentBytes, TimeSpan elapsed)
    {
        var seconds = Math.Max(elapsed.TotalSeconds, 1e-3);
        var bar = new string('#', BarCells * done / Math.Max(total, 1)).PadRight(BarCells, '.');
        var left = done == 0 ? "" : $"  {Left(TimeSpan.FromSeconds(seconds * (total - done) / done))}";
        return string.Create(CultureInfo.InvariantCulture, $"[{bar}] {done:N0}/{total:N0}  {sent / seconds:N1} objects/s  {sentBytes / 1e6 / seconds:N1} MB/s{left}");
    }

    public void Dispose()
    {
        _timer?.Dispose();
        lock (_writing)
        {
            _isEnded = true;
            if (_timer is not null)
            {
                Console.Error.Write("\r\e[K");
            }
        }
    }

    private static string Left(TimeSpan left) => left switch
    {
        { TotalSeconds: < 90 } => FormattableString.Invariant($"{Math.Ceiling(left.TotalSeconds):0} s left"),
        { TotalMinutes: < 90 } => FormattableString.Invariant($"{left.TotalMinutes:0} min left"),
        _ => FormattableString.Invariant($"{left.TotalHours:0.0} h left"),
    };

    private void Show()
    {
        lock (_writing)
        {
            if (!_isEnded)
            {
                // A line that wraps could not be written over.
                var line = _note ?? Describe(_done, _total, _sent, Interlocked.Read(ref _sentBytes), Elapsed);
                var width = Console.WindowWidth > 1 ? Console.WindowWidth - 1 : line.Length;
                Console.Error.Write($"\r{line[..Math.Min(line.Length, width)]}\e[K");
            }
        }
    }
}
