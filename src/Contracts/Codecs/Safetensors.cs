namespace Scanlock.Contracts.Codecs;

/// <summary>Element types, in the order in which the canonical form lays tensors out (largest alignment last in this list).</summary>
public enum SafetensorsType
{
    Bool,
    U8,
    I8,
    I16,
    U16,
    F16,
    BF16,
    I32,
    U32,
    F32,
    F64,
    I64,
    U64,
}

/// <summary>One tensor of a file: its name, type and shape; an empty shape is a single number.</summary>
public sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape)
{
    public const int MaxDimensions = 8;
    public const int MaxNameLength = 256;

    public long Elements => Shape.Aggregate(1L, (product, size) => checked(product * size));

    public long Bytes => checked(Elements * SizeOf(Type));

    public static int SizeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.Bool or SafetensorsType.U8 or SafetensorsType.I8 => 1,
        SafetensorsType.I16 or SafetensorsType.U16 or SafetensorsType.F16 or SafetensorsType.BF16 => 2,
        SafetensorsType.I32 or SafetensorsType.U32 or SafetensorsType.F32 => 4,
        SafetensorsType.F64 or SafetensorsType.I64 or SafetensorsType.U64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}

/// <summary>What a reader is ready to take from a stranger.</summary>
public sealed record SafetensorsLimits(int HeaderBytes = 4 << 20, int Tensors = 10_000, long DataBytes = 4L << 30);
