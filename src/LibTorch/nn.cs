using Scanlock.LibTorch.Modules;

namespace Scanlock.LibTorch;

/// <summary>How a loss is gathered over a batch, numbered as libtorch numbers it.</summary>
public enum Reduction
{
    None = 0,
    Mean = 1,
    Sum = 2,
}

public enum GridSampleMode
{
    Bilinear = 0,
    Nearest = 1,
}

public enum GridSamplePaddingMode
{
    Zeros = 0,
    Border = 1,
    Reflection = 2,
}

public static unsafe partial class torch
{
    /// <summary>Layers, and the functions they and losses are made of.</summary>
    public static partial class nn
    {
        public static partial class init
        {
            /// <summary>He et al. 2015: normal with variance gain² / fan, so that the signal keeps its size through the network.</summary>
            /// <param name="a">Slope below zero, where <paramref name="nonlinearity"/> is a leaky ReLU.</param>
            public static Tensor kaiming_normal_(
                Tensor tensor, double a = 0, FanInOut mode = FanInOut.FanIn, NonlinearityType nonlinearity = NonlinearityType.LeakyReLU)
            {
                var shape = tensor.shape;
                var fan = shape[mode == FanInOut.FanIn ? 1 : 0];
                for (var i = 2; i < shape.Length; i++)
                {
                    fan *= shape[i];
                }

                var gain = nonlinearity switch
                {
                    NonlinearityType.ReLU => Math.Sqrt(2),
                    NonlinearityType.LeakyReLU => Math.Sqrt(2 / (1 + (a * a))),
                    NonlinearityType.Linear => 1,
                    _ => throw new ArgumentOutOfRangeException(nameof(nonlinearity)),
                };

                using var off = no_grad();
                return tensor.normal_(0, gain / Math.Sqrt(fan));
            }

            public enum FanInOut
            {
                FanIn,
                FanOut,
            }

            public enum NonlinearityType
            {
                Linear,
                ReLU,
                LeakyReLU,
            }

            internal static void Uniform(Tensor tensor, double bound)
            {
                using var off = no_grad();
                tensor.uniform_(-bound, bound);
            }
        }

        public static partial class functional
        {
            public static Tensor conv2d(
                Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> strides, ReadOnlySpan<long> padding,
                ReadOnlySpan<long> dilation, long groups = 1)
            {
                RequirePair(strides);
                RequirePair(padding);
                RequirePair(dilation);
                fixed (long* s = strides, p = padding, d = dilation)
                {
                    return Tensor.Own(Native.scanlock_conv2d(input.Handle, weight.Handle, HandleOf(bias), s, p, d, groups));
                }
            }

            public static Tensor linear(Tensor input, Tensor weight, Tensor? bias = null) =>
                Tensor.Own(Native.scanlock_linear(input.Handle, weight.Handle, HandleOf(bias)));

            public static Tensor batch_norm(
                Tensor input, Tensor running_mean, Tensor running_var, Tensor weight, Tensor bias, bool training, double momentum = 0.1,
                double eps = 1e-5) =>
                Tensor.Own(Native.scanlock_batch_norm(
                    input.Handle, weight.Handle, bias.Handle, running_mean.Handle, running_var.Handle, training ? 1 : 0, momentum, eps));

            public static Tensor max_pool2d(
                Tensor input, ReadOnlySpan<long> kernelSize, ReadOnlySpan<long> strides, ReadOnlySpan<long> padding)
            {
                RequirePair(kernelSize);
                RequirePair(strides);
                RequirePair(padding);
                fixed (long* k = kernelSize, s = strides, p = padding)
                {
                    return Tensor.Own(Native.scanlock_max_pool2d(input.Handle, k, s, p));
                }
            }

            public static Tensor adaptive_avg_pool2d(Tensor input, ReadOnlySpan<long> outputSize)
            {
                RequirePair(outputSize);
                fixed (long* o = outputSize)
                {
                    return Tensor.Own(Native.scanlock_adaptive_avg_pool2d(input.Handle, o));
                }
            }

            public static Tensor cross_entropy(
                Tensor input, Tensor target, Tensor? weight = null, long ignore_index = -100, Reduction reduction = Reduction.Mean,
                double label_smoothing = 0) =>
                Tensor.Own(Native.scanlock_cross_entropy(
                    input.Handle, target.Handle, HandleOf(weight), (long)reduction, ignore_index, label_smoothing));

            /// <summary>Sampling positions in [-1, 1] for affine maps <paramref name="theta"/> [N, 2, 3].</summary>
            public static Tensor affine_grid(Tensor theta, ReadOnlySpan<long> size, bool align_corners = false)
            {
                fixed (long* sizes = size)
                {
                    return Tensor.Own(Native.scanlock_affine_grid(theta.Handle, sizes, size.Length, align_corners ? 1 : 0));
                }
            }

            public static Tensor grid_sample(
                Tensor input, Tensor grid, GridSampleMode mode = GridSampleMode.Bilinear,
                GridSamplePaddingMode padding_mode = GridSamplePaddingMode.Zeros, bool? align_corners = null) =>
                Tensor.Own(Native.scanlock_grid_sample(
                    input.Handle, grid.Handle, (long)mode, (long)padding_mode, align_corners == true ? 1 : 0));

            private static TensorHandle HandleOf(Tensor? tensor) => tensor?.Handle ?? TensorHandle.None;

            private static void RequirePair(ReadOnlySpan<long> sizes)
            {
                if (sizes.Length != 2)
                {
                    throw new ArgumentException($"two values are needed, one per axis, not {sizes.Length}", nameof(sizes));
                }
            }
        }
    }
}
