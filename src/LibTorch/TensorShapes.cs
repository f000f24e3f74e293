namespace Scanlock.LibTorch;

public static unsafe partial class torch
{
    /// <summary>The tensors one after the other along an axis they have.</summary>
    public static Tensor cat(IReadOnlyList<Tensor> tensors, long dim = 0)
    {
        using var held = new HeldHandles(tensors);
        fixed (nint* list = held.Pointers)
        {
            return Tensor.Own(Native.scanlock_cat(list, held.Pointers.Length, dim));
        }
    }

    /// <summary>The tensors, all of one shape, along a new axis.</summary>
    public static Tensor stack(IReadOnlyList<Tensor> tensors, long dim = 0)
    {
        using var held = new HeldHandles(tensors);
        fixed (nint* list = held.Pointers)
        {
            return Tensor.Own(Native.scanlock_stack(list, held.Pointers.Length, dim));
        }
    }

    /// <summary>The same elements in another shape, order or selection.</summary>
    public partial class Tensor
    {
        /// <summary>The part at one place along the first axis; a view.</summary>
        public Tensor this[long index] => select(0, index);

        public Tensor reshape(params ReadOnlySpan<long> shape)
        {
            fixed (long* sizes = shape)
            {
                return Own(Native.scanlock_reshape(Handle, sizes, shape.Length));
            }
        }

        /// <summary>A view: fails where the shape cannot be had without copying.</summary>
        public Tensor view(params ReadOnlySpan<long> shape)
        {
            fixed (long* sizes = shape)
            {
                return Own(Native.scanlock_view(Handle, sizes, shape.Length));
            }
        }

        public Tensor permute(params ReadOnlySpan<long> permutation)
        {
            fixed (long* axes = permutation)
            {
                return Own(Native.scanlock_permute(Handle, axes, permutation.Length));
            }
        }

        /// <summary>Repeats axes of size 1 to the sizes given, without copying; -1 leaves an axis as it is.</summary>
        public Tensor expand(params ReadOnlySpan<long> sizes)
        {
            fixed (long* values = sizes)
            {
                return Own(Native.scanlock_expand(Handle, values, sizes.Length));
            }
        }

        public Tensor flip(params ReadOnlySpan<long> dims)
        {
            fixed (long* axes = dims)
            {
                return Own(Native.scanlock_flip(Handle, axes, dims.Length));
            }
        }

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Own(Native.scanlock_flatten(Handle, start_dim, end_dim));

        public Tensor transpose(long dim0, long dim1) => Own(Native.scanlock_transpose(Handle, dim0, dim1));

        public Tensor unsqueeze(long dim) => Own(Native.scanlock_unsqueeze(Handle, dim));

        /// <summary>Without its axes of size 1, or without the one named if its size is 1.</summary>
        public Tensor squeeze(long? dim = null) =>
            Own(dim is { } axis ? Native.scanlock_squeeze_dim(Handle, axis) : Native.scanlock_squeeze(Handle));

        /// <summary>Turned by <paramref name="k"/> quarter turns from the first axis named towards the second.</summary>
        public Tensor rot90(long k = 1, (long, long)? dims = null)
        {
            var (from, to) = dims ?? (0, 1);
            var axes = stackalloc long[] { from, to };
            return Own(Native.scanlock_rot90(Handle, k, axes));
        }

        public Tensor roll(long shifts, long dims) => roll([shifts], [dims]);

        /// <summary>Shifted along the axes named; what leaves at one end comes back at the other.</summary>
        public Tensor roll(ReadOnlySpan<long> shifts, ReadOnlySpan<long> dims)
        {
            fixed (long* s = shifts, d = dims)
            {
                return Own(Native.scanlock_roll(Handle, s, shifts.Length, d, dims.Length));
            }
        }

        public Tensor select(long dim, long index) => Own(Native.scanlock_select(Handle, dim, index));

        public Tensor narrow(long dim, long start, long length) => Own(Native.scanlock_narrow(Handle, dim, start, length));

        public Tensor index_select(long dim, Tensor index) => Own(Native.scanlock_index_select(Handle, dim, index.Handle));

        public Tensor gather(long dim, Tensor index) => Own(Native.scanlock_gather(Handle, dim, index.Handle));

        /// <summary>Views of at most <paramref name="size"/> along an axis; the last may be smaller.</summary>
        public Tensor[] split(long size, long dim = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size);
            var sizes = shape;
            var length = sizes[dim < 0 ? dim + sizes.Length : dim];
            var parts = new Tensor[(length + size - 1) / size];
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i] = narrow(dim, i * size, Math.Min(size, length - (i * size)));
            }

            return parts;
        }

        /// <summary>At most <paramref name="chunks"/> views of one size; the last may be smaller.</summary>
        public Tensor[] chunk(long chunks, long dim = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chunks);
            var sizes = shape;
            var length = sizes[dim < 0 ? dim + sizes.Length : dim];
            return split(Math.Max(1, (length + chunks - 1) / chunks), dim);
        }
    }
}
