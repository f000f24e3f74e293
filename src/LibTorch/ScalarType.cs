namespace Scanlock.LibTorch;

/// <summary>Element types, numbered as libtorch numbers them.</summary>
public enum ScalarType
{
    Byte = 0,
    Int8 = 1,
    Int16 = 2,
    Int32 = 3,
    Int64 = 4,
    Float16 = 5,
    Float32 = 6,
    Float64 = 7,
    Bool = 11,
    BFloat16 = 15,
}

/// <summary>Kinds of device, numbered as libtorch numbers them.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}

public static partial class torch
{
    /// <summary>Where a tensor's memory is. Index -1 is the current device of its type.</summary>
    public sealed record Device(DeviceType type, int index = -1)
    {
        public override string ToString() => type == DeviceType.CPU ? "cpu" : index < 0 ? "cuda" : $"cuda:{index}";
    }
}
