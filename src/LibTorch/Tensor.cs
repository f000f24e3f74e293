using System.Runtime.InteropServices;

namespace Scanlock.LibTorch;

public static unsafe partial class torch
{
    /// <summary>
    /// One native tensor. Freed by disposing it, or by the <see cref="DisposeScope"/> it was made in, at the latest by the
    /// finalizer of its handle. Any use after that throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    public partial class Tensor : IDisposable
    {
        internal Tensor(TensorHandle handle)
        {
            Handle = handle;
            DisposeScope.Current?.Add(this);
        }

        /// <summary>Native tensors not yet freed, in the whole process.</summary>
        public static long TotalCount => Native.scanlock_live_tensors();

        internal TensorHandle Handle { get; }

        internal DisposeScope? OwningScope { get; set; }

        public long[] shape
        {
            get
            {
                var sizes = new long[dim()];
                fixed (long* into = sizes)
                {
                    Native.scanlock_shape(Handle, into);
                }

                return sizes;
            }
        }

        public ScalarType dtype => (ScalarType)Native.scanlock_dtype(Handle);

        public Device device
        {
            get
            {
                Native.scanlock_device(Handle, out var type, out var index);
                return new Device((DeviceType)type, index);
            }
        }

        public bool requires_grad
        {
            get => Native.scanlock_requires_grad(Handle) != 0;
            set => TorchException.ThrowIfFailed(Native.scanlock_set_requires_grad(Handle, value ? 1 : 0));
        }

        /// <summary>The gradient gathered so far; null where there is none.</summary>
        public Tensor? grad
        {
            get
            {
                var handle = Native.scanlock_grad(Handle, out var present);
                return present == 0 ? null : Own(handle);
            }
        }

        /// <summary>The elements' bytes in place, for a contiguous tensor in main memory; valid while the tensor lives.
        /// Setting copies into them: how a batch is filled anew without making a tensor.</summary>
        public Span<byte> bytes
        {
            get
            {
                var memory = Native.scanlock_data(Handle);
                if (Native.scanlock_is_contiguous(Handle) == 0 || (memory is null && numel() > 0))
                {
                    throw new InvalidOperationException(
                        "only a contiguous tensor in main memory can be read in place: call cpu().contiguous() first");
                }

                return new Span<byte>(memory, checked((int)(numel() * ElementSize(dtype))));
            }

            set
            {
                var here = bytes;
                if (here.Length != value.Length)
                {
                    throw new ArgumentException($"{value.Length} bytes do not fill a tensor of {here.Length}", nameof(value));
                }

                value.CopyTo(here);
            }
        }

        public long dim() => Native.scanlock_dim(Handle);

        public long numel() => Native.scanlock_numel(Handle);

        /// <summary>The one element of a tensor that has one.</summary>
        public double ToDouble()
        {
            TorchException.ThrowIfFailed(Native.scanlock_item(Handle, out var value));
            return value;
        }

        public bool ToBoolean() => ToDouble() != 0;

        /// <summary>All elements in row order. <typeparamref name="T"/> must be as wide as the element type.</summary>
        public TensorAccessor<T> data<T>()
            where T : unmanaged
        {
            if (sizeof(T) != ElementSize(dtype))
            {
                throw new InvalidOperationException($"elements are {dtype}, not {typeof(T).Name}");
            }

            using var scope = NewDisposeScope();
            return new TensorAccessor<T>(MemoryMarshal.Cast<byte, T>(cpu().contiguous().bytes).ToArray());
        }

        public Tensor detach() => Own(Native.scanlock_detach(Handle));

        public Tensor clone() => Own(Native.scanlock_clone(Handle));

        public Tensor contiguous() => Own(Native.scanlock_contiguous(Handle));

        public Tensor to(Device device, bool non_blocking = false) => to(dtype, device, non_blocking);

        public Tensor to(ScalarType dtype) => to(dtype, device);

        /// <param name="non_blocking">Return before the copy is done, where the source is pinned and the other end a GPU.</param>
        public Tensor to(ScalarType dtype, Device device, bool non_blocking = false) =>
            Own(Native.scanlock_to(Handle, (int)device.type, device.index, (int)dtype, non_blocking ? 1 : 0));

        public Tensor cpu() => to(CPU);

        public void Dispose()
        {
            Dispose(disposing: true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Hands the tensor to the scope around the present one; without one it lives until disposed.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of every scope: it lives until disposed.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningScope?.Remove(this);
            return this;
        }

        internal static Tensor Own(TensorHandle handle) => new(Checked(handle));

        internal static TensorHandle Checked(TensorHandle handle) => handle.IsInvalid ? throw TorchException.Last() : handle;

        internal static int ElementSize(ScalarType dtype) => dtype switch
        {
            ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
            ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
            ScalarType.Int32 or ScalarType.Float32 => 4,
            ScalarType.Int64 or ScalarType.Float64 => 8,
            _ => throw new NotSupportedException($"element type {(int)dtype}"),
        };

        protected virtual void Dispose(bool disposing)
        {
            OwningScope?.Remove(this);
            Handle.Dispose();
        }
    }
}
