namespace Scanlock.LibTorch;

public static unsafe partial class torch
{
    /// <summary>Arithmetic, reductions, and cutting and joining. Methods whose name ends in "_" change the tensor itself.</summary>
    public partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

        public static Tensor operator +(Tensor left, double right) => left.add(right);

        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

        public static Tensor operator *(Tensor left, double right) => left.mul(right);

        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

        public Tensor add(Tensor other) => Own(Native.scanlock_add(Handle, other.Handle));

        public Tensor add(double other) => Own(Native.scanlock_add_scalar(Handle, other));

        public Tensor sub(Tensor other) => Own(Native.scanlock_sub(Handle, other.Handle));

        public Tensor mul(Tensor other) => Own(Native.scanlock_mul(Handle, other.Handle));

        public Tensor mul(double other) => Own(Native.scanlock_mul_scalar(Handle, other));

        public Tensor div(Tensor other) => Own(Native.scanlock_div(Handle, other.Handle));

        public Tensor matmul(Tensor other) => Own(Native.scanlock_matmul(Handle, other.Handle));

        public Tensor exp() => Own(Native.scanlock_exp(Handle));

        public Tensor log() => Own(Native.scanlock_log(Handle));

        public Tensor sqrt() => Own(Native.scanlock_sqrt(Handle));

        public Tensor sum() => Own(Native.scanlock_sum(Handle));

        public Tensor mean() => Own(Native.scanlock_mean(Handle));

        public Tensor isfinite() => Own(Native.scanlock_isfinite(Handle));

        public Tensor all() => Own(Native.scanlock_all(Handle));

        public Tensor argmax(long dim) => Own(Native.scanlock_argmax(Handle, dim));

        public Tensor relu() => Own(Native.scanlock_relu(Handle));

        public Tensor relu_() => Own(Native.scanlock_relu_(Handle));

        public Tensor sigmoid() => Own(Native.scanlock_sigmoid(Handle));

        public Tensor softmax(long dim) => Own(Native.scanlock_softmax(Handle, dim));

        public Tensor log_softmax(long dim) => Own(Native.scanlock_log_softmax(Handle, dim));

        public Tensor add_(Tensor other, double alpha = 1) => Own(Native.scanlock_add_(Handle, other.Handle, alpha));

        public Tensor add_(double other) => Own(Native.scanlock_add_scalar_(Handle, other));

        public Tensor reshape(params ReadOnlySpan<long> shape)
        {
            fixed (long* sizes = shape)
            {
                return Own(Native.scanlock_reshape(Handle, sizes, shape.Length));
            }
        }

        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Own(Native.scanlock_flatten(Handle, start_dim, end_dim));

        public Tensor flip(params ReadOnlySpan<long> dims)
        {
            fixed (long* axes = dims)
            {
                return Own(Native.scanlock_flip(Handle, axes, dims.Length));
            }
        }

        public Tensor narrow(long dim, long start, long length) => Own(Native.scanlock_narrow(Handle, dim, start, length));

        public Tensor index_select(long dim, Tensor index) => Own(Native.scanlock_index_select(Handle, dim, index.Handle));

        public Tensor copy_(Tensor source) => Changed(Native.scanlock_copy_(Handle, source.Handle));

        public Tensor fill_(double value) => Changed(Native.scanlock_fill_(Handle, value));

        public Tensor normal_(double mean = 0, double stddev = 1) => Changed(Native.scanlock_normal_(Handle, mean, stddev));

        public Tensor uniform_(double from, double to) => Changed(Native.scanlock_uniform_(Handle, from, to));

        internal void ClearGradient() => TorchException.ThrowIfFailed(Native.scanlock_zero_grad(Handle));

        /// <summary>Makes this tensor stand for another's memory, keeping its identity.</summary>
        internal void SetData(Tensor source) => TorchException.ThrowIfFailed(Native.scanlock_set_data(Handle, source.Handle));

        private Tensor Changed(int status)
        {
            TorchException.ThrowIfFailed(status);
            return this;
        }
    }
}
