using System.Buffers.Binary;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Codecs;

namespace Scanlock.Egress;

/// <summary>Looks at every number of one tensor and writes it as it may leave.</summary>
internal abstract class NumberCheck(string name)
{
    private bool _notFinite;
    private bool _tooFine;

    /// <summary>Rewrites a chunk in place and says how many bytes it now has. Chunks hold whole numbers, little-endian.</summary>
    public abstract int Rewrite(Span<byte> chunk);

    public IEnumerable<Reason> Faults()
    {
        if (_notFinite)
        {
            yield return Because.Refused($"the tensor {name} holds numbers that are not finite");
        }

        if (_tooFine)
        {
            yield return Because.Refused($"the tensor {name} holds numbers finer than bf16");
        }
    }

    public static NumberCheck For(SafetensorsTensor input, SafetensorsTensor output, CounterCheck counters) => (input.Type, output.Type) switch
    {
        (SafetensorsType.BF16, SafetensorsType.BF16) => new Bf16(input.Name),
        (SafetensorsType.F32, SafetensorsType.F32) => new F32(input.Name),
        (SafetensorsType.F32, SafetensorsType.BF16) => new Narrowing(input.Name),
        (SafetensorsType.I64, SafetensorsType.I64) => new Counter(input.Name, counters),
        _ => throw new InvalidOperationException("The header lets no other types through."),
    };

    private sealed class Bf16(string name) : NumberCheck(name)
    {
        public override int Rewrite(Span<byte> chunk)
        {
            for (var at = 0; at < chunk.Length; at += 2)
            {
                var bits = BinaryPrimitives.ReadUInt16LittleEndian(chunk[at..]);
                _notFinite |= (bits & 0x7F80) == 0x7F80;
                if (bits == 0x8000)
                {
                    chunk[at + 1] = 0;
                }
            }

            return chunk.Length;
        }
    }

    private sealed class F32(string name) : NumberCheck(name)
    {
        public override int Rewrite(Span<byte> chunk)
        {
            for (var at = 0; at < chunk.Length; at += 4)
            {
                var bits = BinaryPrimitives.ReadUInt32LittleEndian(chunk[at..]);
                _notFinite |= (bits & 0x7F80_0000) == 0x7F80_0000;
                if (bits == 0x8000_0000)
                {
                    chunk[at + 3] = 0;
                }
            }

            return chunk.Length;
        }
    }

    /// <summary>A bfloat16 is the upper half of a float32, so a number that is one leaves its lower half zero.</summary>
    private sealed class Narrowing(string name) : NumberCheck(name)
    {
        public override int Rewrite(Span<byte> chunk)
        {
            var written = 0;
            for (var at = 0; at < chunk.Length; at += 4, written += 2)
            {
                var bits = BinaryPrimitives.ReadUInt32LittleEndian(chunk[at..]);
                _notFinite |= (bits & 0x7F80_0000) == 0x7F80_0000;
                _tooFine |= (bits & 0xFFFF) != 0;
                BinaryPrimitives.WriteUInt16LittleEndian(chunk[written..], bits == 0x8000_0000 ? (ushort)0 : (ushort)(bits >> 16));
            }

            return written;
        }
    }

    private sealed class Counter(string name, CounterCheck counters) : NumberCheck(name)
    {
        public override int Rewrite(Span<byte> chunk)
        {
            for (var at = 0; at < chunk.Length; at += 8)
            {
                counters.See(BinaryPrimitives.ReadInt64LittleEndian(chunk[at..]));
            }

            return chunk.Length;
        }
    }
}

/// <summary>Counters of batches: sixty-four bits each in which something else could travel, so all must say the one number they can.</summary>
internal sealed class CounterCheck(long? steps)
{
    private long? _first;
    private bool _differ;

    public void See(long count)
    {
        _first ??= count;
        _differ |= count != _first || count < 0 || (steps is { } known && count != known);
    }

    public IEnumerable<Reason> Faults()
    {
        if (_differ)
        {
            yield return Because.Refused("the counters of batches are not all the number of steps of the training");
        }
    }
}
