using System.Runtime.CompilerServices;
using Scanlock.Contracts;
using Scanlock.Contracts.Trials;

namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>
/// Reads the trainer's standard output and lets only declared numbers through: whole lines of the right form, epochs that only go up, at
/// least one number each, and no more numbers than the permit has. The rest is dropped without a trace (P6).
/// </summary>
internal sealed class ProgressLines(int maxEpochs, int maxValues)
{
    private const int BufferBytes = 16 << 10;
    private readonly byte[] _line = new byte[ProgressLine.MaxBytes];
    private int _length;
    private bool _tooLong;
    private int _epoch;
    private int _step;
    private int _values;

    public async IAsyncEnumerable<ProgressLine> ReadAsync(Stream output, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await output.ReadAsync(buffer, cancellationToken)) > 0)
        {
            for (var i = 0; i < read; i++)
            {
                if (Take(buffer[i]) is { } line)
                {
                    yield return line;
                }
            }
        }
    }

    /// <summary>Takes one byte; a line when it ends one that may pass.</summary>
    private ProgressLine? Take(byte next)
    {
        if (next != '\n')
        {
            _tooLong |= _length == _line.Length;
            if (!_tooLong)
            {
                _line[_length++] = next;
            }

            return null;
        }

        var line = _tooLong ? null : Parse(_line.AsSpan(0, _length));
        (_length, _tooLong) = (0, false);
        if (line is null || !MayPass(line))
        {
            return null;
        }

        (_epoch, _step, _values) = (line.Epoch, line.Step, _values + line.Values.Count);
        return line;
    }

    private bool MayPass(ProgressLine line) =>
        line.IsDeclared && line.Values.Count > 0 && line.Epoch > _epoch && line.Epoch <= maxEpochs && line.Step >= _step
        && line.Values.Count <= maxValues - _values;

    private static ProgressLine? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return Wire.Read(line, ContractsJson.Strict.ProgressLine);
        }
        catch (WireFormatException)
        {
            return null;
        }
    }
}
