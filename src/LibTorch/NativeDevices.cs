using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>Devices, autocast, pinned memory, streams: native/devices.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Shim)] internal static partial int scanlock_cuda_device_count();
    [LibraryImport(Shim)] internal static partial int scanlock_synchronize(int deviceType, int deviceIndex);
    [LibraryImport(Shim)] internal static partial void scanlock_get_autocast(int deviceType, out int enabled, out int dtype);
    [LibraryImport(Shim)] internal static partial int scanlock_set_autocast(int deviceType, int enabled, int dtype, int entering);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_pin_memory(TensorHandle t);
    [LibraryImport(Shim)] internal static partial int scanlock_is_pinned(TensorHandle t, out int pinned);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_to_memory_format(TensorHandle t, int format);
    [LibraryImport(Shim)] internal static partial int scanlock_is_contiguous_as(TensorHandle t, int format);
    [LibraryImport(Shim)] internal static partial int scanlock_stream_new(int deviceType, int deviceIndex, out StreamHandle stream);
    [LibraryImport(Shim)] internal static partial void scanlock_stream_free(nint stream);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_stream_copy(StreamHandle stream, TensorHandle source);
    [LibraryImport(Shim)] internal static partial int scanlock_stream_hand_over(StreamHandle stream, TensorHandle t);
    [LibraryImport(Shim)] internal static partial int scanlock_stream_synchronize(StreamHandle stream);
}
