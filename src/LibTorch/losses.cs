namespace Scanlock.LibTorch;

public enum InterpolationMode
{
    Nearest = 0,
    Linear = 1,
    Bilinear = 2,
    Trilinear = 4,
}

public static unsafe partial class torch
{
    public static partial class nn
    {
        /// <summary>Losses, and the functions they and their targets are made with.</summary>
        public static partial class functional
        {
            public static Tensor binary_cross_entropy_with_logits(
                Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean, Tensor? pos_weights = null) =>
                Tensor.Own(Native.scanlock_binary_cross_entropy_with_logits(
                    input.Handle, target.Handle, HandleOf(weight), HandleOf(pos_weights), (long)reduction));

            public static Tensor mse_loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
                Tensor.Own(Native.scanlock_mse_loss(input.Handle, target.Handle, (long)reduction));

            /// <summary>Of log-probabilities [N, C, ...] against classes [N, ...].</summary>
            public static Tensor nll_loss(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean) =>
                Tensor.Own(Native.scanlock_nll_loss(input.Handle, target.Handle, HandleOf(weight), (long)reduction, ignore_index));

            public static Tensor softplus(Tensor input, double beta = 1, double threshold = 20) => input.softplus(beta, threshold);

            public static Tensor softmax(Tensor input, long dim) => input.softmax(dim);

            public static Tensor log_softmax(Tensor input, long dim) => input.log_softmax(dim);

            /// <summary>Classes [...] as [..., num_classes]; -1 takes one more than the largest there is.</summary>
            public static Tensor one_hot(Tensor x, long num_classes = -1) => Tensor.Own(Native.scanlock_one_hot(x.Handle, num_classes));

            /// <summary>Resizes the axes after the first two, to a size or by factors (exactly one of them).</summary>
            public static Tensor interpolate(
                Tensor x, long[]? size = null, double[]? scale_factor = null, InterpolationMode mode = InterpolationMode.Nearest,
                bool? align_corners = null)
            {
                var axes = x.shape[2..];
                var linear = mode != InterpolationMode.Nearest;
                if (axes.Length is 0 or > 3 || (size is null) == (scale_factor is null) || (size?.Length ?? scale_factor!.Length) != axes.Length)
                {
                    throw new ArgumentException("either a size or a factor is needed for each of one to three axes after the first two", nameof(size));
                }

                if (linear && (mode, axes.Length) is not ((InterpolationMode.Linear, 1) or (InterpolationMode.Bilinear, 2) or (InterpolationMode.Trilinear, 3)))
                {
                    throw new ArgumentException($"{mode} is not for {axes.Length} axes", nameof(mode));
                }

                var output = size ?? [.. axes.Zip(scale_factor!, (length, factor) => (long)Math.Floor(length * factor))];
                fixed (long* sizes = output)
                fixed (double* scales = scale_factor)
                {
                    return Tensor.Own(Native.scanlock_interpolate(
                        x.Handle, sizes, output.Length, scales, linear ? 1 : 0, align_corners == true ? 1 : 0));
                }
            }

            public static Tensor avg_pool2d(Tensor input, long kernelSize, long? stride = null, long padding = 0) =>
                Tensor.Own(Native.scanlock_avg_pool2d(input.Handle, kernelSize, stride ?? kernelSize, padding));

            public static Tensor avg_pool3d(Tensor input, long kernelSize, long? stride = null, long padding = 0) =>
                Tensor.Own(Native.scanlock_avg_pool3d(input.Handle, kernelSize, stride ?? kernelSize, padding));

            public static Tensor max_pool2d(Tensor input, long kernelSize, long? stride = null, long padding = 0)
            {
                var step = stride ?? kernelSize;
                return max_pool2d(input, [kernelSize, kernelSize], [step, step], [padding, padding]);
            }

            public static Tensor max_pool3d(Tensor input, long kernelSize, long? stride = null, long padding = 0) =>
                Tensor.Own(Native.scanlock_max_pool3d(input.Handle, kernelSize, stride ?? kernelSize, padding));
        }
    }
}
