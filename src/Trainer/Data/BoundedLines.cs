using System.Text;

namespace Scanlock.Trainer.Data;

/// <summary>Reads lines without ever holding more of one than is asked for.</summary>
/// <param name="longest">Characters of a line; one that has more comes with one more, and what follows is then of no use.</param>
internal sealed class BoundedLines(TextReader text, int longest)
{
    private readonly char[] _buffer = new char[4096];
    private readonly StringBuilder _line = new();
    private int _begin;
    private int _end;

    /// <summary>The next line, without its end; null after the last one.</summary>
    internal async ValueTask<string?> ReadAsync(CancellationToken cancellationToken)
    {
        _line.Clear();
        var (found, whole) = (false, false);
        while (!whole && _line.Length <= longest && (_begin < _end || await FillAsync(cancellationToken)))
        {
            found = true;
            var rest = _buffer.AsMemory(_begin, _end - _begin);
            var length = rest.Span.IndexOf('\n');
            whole = length >= 0;
            var part = whole ? rest[..length] : rest;
            _line.Append(part[..Math.Min(part.Length, longest + 1 - _line.Length)]);
            _begin += part.Length + (whole ? 1 : 0);
        }

        return !found ? null : _line is [.., '\r'] ? _line.ToString(0, _line.Length - 1) : _line.ToString();
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        (_begin, _end) = (0, await text.ReadAsync(_buffer, cancellationToken));
        return _end > 0;
    }
}
