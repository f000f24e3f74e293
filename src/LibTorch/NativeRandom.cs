using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>Random numbers: native/random.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Shim)] internal static partial int scanlock_normal_(TensorHandle t, double mean, double std);
    [LibraryImport(Shim)] internal static partial int scanlock_uniform_(TensorHandle t, double from, double to);
    [LibraryImport(Shim)] internal static partial int scanlock_bernoulli_(TensorHandle t, double p);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_bernoulli(TensorHandle t);

    [LibraryImport(Shim)]
    internal static partial TensorHandle scanlock_randint(
        long low, long high, long* shape, int dims, int dtype, int deviceType, int deviceIndex);

    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_randperm(long count, int dtype, int deviceType, int deviceIndex);
    [LibraryImport(Shim)] internal static partial TensorHandle scanlock_get_rng_state(int deviceType, int deviceIndex);
    [LibraryImport(Shim)] internal static partial int scanlock_set_rng_state(TensorHandle state, int deviceType, int deviceIndex);
}
