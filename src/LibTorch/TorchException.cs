using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>What kind of thing libtorch refused; numbers shared with native/errors.cpp.</summary>
public enum TorchErrorKind
{
    None = 0,
    Failed = 1,
    OutOfMemory = 2,

    /// <summary>A GPU, its driver or its libraries.</summary>
    Device = 3,

    /// <summary>Sizes that do not fit together.</summary>
    Shape = 4,

    /// <summary>An index or axis that is not there.</summary>
    Index = 5,
    Value = 6,
    ElementType = 7,

    /// <summary>Not for this device or element type.</summary>
    NotImplemented = 8,
}

/// <summary>An error of libtorch, with libtorch's own message (shapes, types, devices; never tensor contents).</summary>
public sealed class TorchException : Exception
{
    public TorchException()
    {
    }

    public TorchException(string message)
        : base(message)
    {
    }

    public TorchException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    private TorchException(TorchErrorKind kind, string message)
        : base(message) => Kind = kind;

    public TorchErrorKind Kind { get; } = TorchErrorKind.Failed;

    internal static void ThrowIfFailed(int status)
    {
        if (status != 0)
        {
            throw Last();
        }
    }

    /// <summary>The calling thread's last native error.</summary>
    internal static unsafe TorchException Last()
    {
        var kind = (TorchErrorKind)Native.scanlock_error(out var message);
        return new TorchException(kind, Marshal.PtrToStringUTF8((nint)message) ?? "");
    }
}
