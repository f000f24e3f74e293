using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

/// <summary>One step over all parameters: native/optimizers.cpp.</summary>
internal static unsafe partial class Native
{
    [LibraryImport(Shim)]
    internal static partial int scanlock_adam_step(
        nint* parameters, nint* means, nint* variances, nint* maxima, nint* steps, int count, double lr, double beta1, double beta2,
        double eps, double weightDecay, int decoupled);

    [LibraryImport(Shim)]
    internal static partial int scanlock_sgd_step(
        nint* parameters, nint* buffers, int count, double lr, double momentum, double weightDecay, int nesterov);

    [LibraryImport(Shim)]
    internal static partial int scanlock_clip_grad_norm_(nint* parameters, int count, double maxNorm, double normType, out double total);
}
