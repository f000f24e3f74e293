namespace Scanlock.LibTorch;

public static unsafe partial class torch
{
    public static partial class nn
    {
        public static partial class functional
        {
            public static Tensor conv3d(
                Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> strides, ReadOnlySpan<long> padding,
                ReadOnlySpan<long> dilation, long groups = 1)
            {
                RequireTriple(strides);
                RequireTriple(padding);
                RequireTriple(dilation);
                fixed (long* s = strides, p = padding, d = dilation)
                {
                    return Tensor.Own(Native.scanlock_conv3d(input.Handle, weight.Handle, HandleOf(bias), s, p, d, groups));
                }
            }

            /// <summary>Transposed convolution; <paramref name="weight"/> is [in, out, kh, kw].</summary>
            public static Tensor conv_transpose2d(
                Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> strides, ReadOnlySpan<long> padding)
            {
                RequirePair(strides);
                RequirePair(padding);
                return ConvTranspose(input, weight, bias, strides, padding);
            }

            /// <summary>Transposed convolution; <paramref name="weight"/> is [in, out, kd, kh, kw].</summary>
            public static Tensor conv_transpose3d(
                Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> strides, ReadOnlySpan<long> padding)
            {
                RequireTriple(strides);
                RequireTriple(padding);
                return ConvTranspose(input, weight, bias, strides, padding);
            }

            public static Tensor adaptive_avg_pool3d(Tensor input, ReadOnlySpan<long> outputSize)
            {
                RequireTriple(outputSize);
                fixed (long* o = outputSize)
                {
                    return Tensor.Own(Native.scanlock_adaptive_avg_pool3d(input.Handle, o));
                }
            }

            /// <summary>Adds <paramref name="value"/> around: before and after the last axis, then the one before it, and so on.</summary>
            public static Tensor pad(Tensor input, ReadOnlySpan<long> pad, double value = 0)
            {
                fixed (long* sizes = pad)
                {
                    return Tensor.Own(Native.scanlock_constant_pad(input.Handle, sizes, pad.Length, value));
                }
            }

            /// <summary>While training, zeroes each element with probability <paramref name="p"/> and scales the rest by 1 / (1 - p).</summary>
            public static Tensor dropout(Tensor input, double p = 0.5, bool training = true) =>
                Tensor.Own(Native.scanlock_dropout(input.Handle, p, training ? 1 : 0));

            /// <summary>x · sigmoid(x).</summary>
            public static Tensor silu(Tensor x, bool inplace = false) =>
                Tensor.Own(inplace ? Native.scanlock_silu_(x.Handle) : Native.scanlock_silu(x.Handle));

            /// <summary>x · min(max(x + 3, 0), 6) / 6.</summary>
            public static Tensor hardswish(Tensor x, bool inplace = false) =>
                Tensor.Own(inplace ? Native.scanlock_hardswish_(x.Handle) : Native.scanlock_hardswish(x.Handle));

            /// <summary>min(max(x + 3, 0), 6) / 6.</summary>
            public static Tensor hardsigmoid(Tensor x, bool inplace = false) =>
                Tensor.Own(inplace ? Native.scanlock_hardsigmoid_(x.Handle) : Native.scanlock_hardsigmoid(x.Handle));

            private static Tensor ConvTranspose(
                Tensor input, Tensor weight, Tensor? bias, ReadOnlySpan<long> strides, ReadOnlySpan<long> padding)
            {
                fixed (long* s = strides, p = padding)
                {
                    return Tensor.Own(Native.scanlock_conv_transpose(
                        input.Handle, weight.Handle, HandleOf(bias), s, p, strides.Length));
                }
            }

            private static void RequireTriple(ReadOnlySpan<long> sizes)
            {
                if (sizes.Length != 3)
                {
                    throw new ArgumentException($"three values are needed, one per axis, not {sizes.Length}", nameof(sizes));
                }
            }
        }
    }
}
