using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>Owns one native tensor: freed once, and never while a call is using it.</summary>
internal sealed class TensorHandle : SafeHandle
{
    /// <summary>Stands for "no tensor" where the native function takes an optional one.</summary>
    internal static readonly TensorHandle None = new();

    public TensorHandle()
        : base(0, ownsHandle: true)
    {
    }

    internal TensorHandle(nint made)
        : this() => SetHandle(made);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        Native.scanlock_free(handle);
        return true;
    }
}
