namespace Scanlock.LibTorch;

public static unsafe partial class torch
{
    /// <summary>Many elements become one, over the whole tensor or over the axes named; <c>keepdim</c> leaves those with size 1.</summary>
    public partial class Tensor
    {
        public Tensor sum() => Own(Native.scanlock_sum(Handle));

        public Tensor sum(long dim, bool keepdim = false) => sum([dim], keepdim);

        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false)
        {
            fixed (long* axes = dim)
            {
                return Own(Native.scanlock_sum_dims(Handle, axes, dim.Length, keepdim ? 1 : 0));
            }
        }

        public Tensor mean() => Own(Native.scanlock_mean(Handle));

        public Tensor mean(ReadOnlySpan<long> dimensions, bool keepdim = false)
        {
            fixed (long* axes = dimensions)
            {
                return Own(Native.scanlock_mean_dims(Handle, axes, dimensions.Length, keepdim ? 1 : 0));
            }
        }

        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false)
        {
            fixed (long* axes = dims)
            {
                return Own(Native.scanlock_amax_dims(Handle, axes, dims.Length, keepdim ? 1 : 0));
            }
        }

        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false)
        {
            fixed (long* axes = dims)
            {
                return Own(Native.scanlock_amin_dims(Handle, axes, dims.Length, keepdim ? 1 : 0));
            }
        }

        public Tensor logsumexp(long dim, bool keepdim = false) =>
            Own(Native.scanlock_logsumexp_dims(Handle, &dim, 1, keepdim ? 1 : 0));

        public Tensor max() => Own(Native.scanlock_max(Handle));

        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false)
        {
            TorchException.ThrowIfFailed(Native.scanlock_max_dim(Handle, dim, keepdim ? 1 : 0, out var values, out var indices));
            return (Own(values), Own(indices));
        }

        public Tensor min() => Own(Native.scanlock_min(Handle));

        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false)
        {
            TorchException.ThrowIfFailed(Native.scanlock_min_dim(Handle, dim, keepdim ? 1 : 0, out var values, out var indices));
            return (Own(values), Own(indices));
        }

        /// <param name="unbiased">Divide by one less than the count (Bessel).</param>
        public Tensor std(bool unbiased = true) => Own(Native.scanlock_std(Handle, unbiased ? 1 : 0));

        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false)
        {
            fixed (long* axes = dimensions)
            {
                return Own(Native.scanlock_std_dims(Handle, axes, dimensions.Length, unbiased ? 1 : 0, keepdim ? 1 : 0));
            }
        }

        /// <summary>The p-norm of all elements.</summary>
        public Tensor norm(float p = 2) => Own(Native.scanlock_norm(Handle, p));

        public Tensor norm(int dim, bool keepdim = false, float p = 2)
        {
            long axis = dim;
            return Own(Native.scanlock_norm_dims(Handle, p, &axis, 1, keepdim ? 1 : 0));
        }

        public Tensor all() => Own(Native.scanlock_all(Handle));

        public Tensor any() => Own(Native.scanlock_any(Handle));

        public Tensor cumsum(long dim) => Own(Native.scanlock_cumsum(Handle, dim));

        /// <summary>Where the largest element is, counted over all elements in row order.</summary>
        public Tensor argmax() => Own(Native.scanlock_argmax_all(Handle));

        public Tensor argmax(long dim, bool keepdim = false) => Own(Native.scanlock_argmax(Handle, dim, keepdim ? 1 : 0));
    }
}
