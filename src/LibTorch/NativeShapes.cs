using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>Another shape, order or selection: native/shapes.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_reshape(TensorHandle a, long* values, int count);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_view(TensorHandle a, long* values, int count);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_permute(TensorHandle a, long* values, int count);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_expand(TensorHandle a, long* values, int count);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_flip(TensorHandle a, long* values, int count);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_flatten(TensorHandle a, long start, long end);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_transpose(TensorHandle a, long dim0, long dim1);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_unsqueeze(TensorHandle a, long dim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_squeeze(TensorHandle a);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_squeeze_dim(TensorHandle a, long dim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_rot90(TensorHandle a, long k, long* dims);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_roll(TensorHandle a, long* shifts, int shiftCount, long* dims, int dimCount);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_select(TensorHandle a, long dim, long index);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_narrow(TensorHandle a, long dim, long start, long length);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_index_select(TensorHandle a, long dim, TensorHandle index);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_gather(TensorHandle a, long dim, TensorHandle index);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_cat(nint* tensors, int count, long dim);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_stack(nint* tensors, int count, long dim);
}
