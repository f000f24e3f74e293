namespace Scanlock.LibTorch;

public static partial class torch
{
    /// <summary>
    /// Arithmetic, element by element, sizes of one stretched to fit as in numpy. Methods whose name ends in "_" change the tensor
    /// and return it.
    /// </summary>
    public partial class Tensor
    {
        public static Tensor operator +(Tensor left, Tensor right) => left.add(right);

        public static Tensor operator +(Tensor left, double right) => left.add(right);

        public static Tensor operator +(double left, Tensor right) => right.add(left);

        public static Tensor operator -(Tensor left, Tensor right) => left.sub(right);

        public static Tensor operator -(Tensor left, double right) => left.sub(right);

        public static Tensor operator -(double left, Tensor right) => Own(Native.scanlock_rsub_scalar(right.Handle, left));

        public static Tensor operator -(Tensor tensor) => tensor.neg();

        public static Tensor operator *(Tensor left, Tensor right) => left.mul(right);

        public static Tensor operator *(Tensor left, double right) => left.mul(right);

        public static Tensor operator *(double left, Tensor right) => right.mul(left);

        public static Tensor operator /(Tensor left, Tensor right) => left.div(right);

        public static Tensor operator /(Tensor left, double right) => left.div(right);

        public Tensor add(Tensor other) => Own(Native.scanlock_add(Handle, other.Handle));

        public Tensor add(double other) => Own(Native.scanlock_add_scalar(Handle, other));

        public Tensor sub(Tensor other) => Own(Native.scanlock_sub(Handle, other.Handle));

        public Tensor sub(double other) => add(-other);

        public Tensor mul(Tensor other) => Own(Native.scanlock_mul(Handle, other.Handle));

        public Tensor mul(double other) => Own(Native.scanlock_mul_scalar(Handle, other));

        public Tensor div(Tensor other) => Own(Native.scanlock_div(Handle, other.Handle));

        public Tensor div(double other) => Own(Native.scanlock_div_scalar(Handle, other));

        public Tensor pow(Tensor exponent) => Own(Native.scanlock_pow(Handle, exponent.Handle));

        public Tensor pow(double exponent) => Own(Native.scanlock_pow_scalar(Handle, exponent));

        public Tensor maximum(Tensor other) => Own(Native.scanlock_maximum(Handle, other.Handle));

        public Tensor minimum(Tensor other) => Own(Native.scanlock_minimum(Handle, other.Handle));

        /// <summary>The product of matrices, over leading batch axes where there are any.</summary>
        public Tensor matmul(Tensor other) => Own(Native.scanlock_matmul(Handle, other.Handle));

        public Tensor mm(Tensor other) => Own(Native.scanlock_mm(Handle, other.Handle));

        public Tensor bmm(Tensor other) => Own(Native.scanlock_bmm(Handle, other.Handle));

        public Tensor exp() => Own(Native.scanlock_exp(Handle));

        public Tensor log() => Own(Native.scanlock_log(Handle));

        public Tensor log1p() => Own(Native.scanlock_log1p(Handle));

        public Tensor sqrt() => Own(Native.scanlock_sqrt(Handle));

        public Tensor square() => Own(Native.scanlock_square(Handle));

        public Tensor reciprocal() => Own(Native.scanlock_reciprocal(Handle));

        public Tensor abs() => Own(Native.scanlock_abs(Handle));

        public Tensor neg() => Own(Native.scanlock_neg(Handle));

        public Tensor sign() => Own(Native.scanlock_sign(Handle));

        public Tensor floor() => Own(Native.scanlock_floor(Handle));

        /// <summary>To the nearest whole number, halves to the even one.</summary>
        public Tensor round() => Own(Native.scanlock_round(Handle));

        public Tensor sin() => Own(Native.scanlock_sin(Handle));

        public Tensor cos() => Own(Native.scanlock_cos(Handle));

        public Tensor tanh() => Own(Native.scanlock_tanh(Handle));

        public Tensor relu() => Own(Native.scanlock_relu(Handle));

        public Tensor sigmoid() => Own(Native.scanlock_sigmoid(Handle));

        public Tensor softmax(long dim) => Own(Native.scanlock_softmax(Handle, dim));

        public Tensor log_softmax(long dim) => Own(Native.scanlock_log_softmax(Handle, dim));

        /// <summary>log(1 + exp(x)), without overflow.</summary>
        public Tensor softplus(double beta = 1, double threshold = 20) => Own(Native.scanlock_softplus(Handle, beta, threshold));

        public Tensor clamp(double? min = null, double? max = null) => Own(Native.scanlock_clamp(Handle, Bound(min), Bound(max)));

        public Tensor add_(Tensor other, double alpha = 1) => Changed(Native.scanlock_add_to(Handle, other.Handle, alpha));

        public Tensor add_(double other) => Changed(Native.scanlock_add_to_scalar(Handle, other));

        public Tensor sub_(Tensor other) => Changed(Native.scanlock_sub_to(Handle, other.Handle));

        public Tensor sub_(double other) => add_(-other);

        public Tensor mul_(Tensor other) => Changed(Native.scanlock_mul_to(Handle, other.Handle));

        public Tensor mul_(double other) => Changed(Native.scanlock_mul_to_scalar(Handle, other));

        public Tensor div_(Tensor other) => Changed(Native.scanlock_div_to(Handle, other.Handle));

        public Tensor div_(double other) => Changed(Native.scanlock_div_to_scalar(Handle, other));

        public Tensor clamp_(double? min = null, double? max = null) => Changed(Native.scanlock_clamp_(Handle, Bound(min), Bound(max)));

        /// <summary>this + weight (end - this).</summary>
        public Tensor lerp_(Tensor end, double weight) => Changed(Native.scanlock_lerp_(Handle, end.Handle, weight));

        public Tensor relu_() => Changed(Native.scanlock_relu_(Handle));

        public Tensor copy_(Tensor source, bool non_blocking = false) =>
            Changed(Native.scanlock_copy_(Handle, source.Handle, non_blocking ? 1 : 0));

        public Tensor fill_(double value) => Changed(Native.scanlock_fill_(Handle, value));

        public Tensor zero_() => fill_(0);

        internal void ClearGradient() => TorchException.ThrowIfFailed(Native.scanlock_zero_grad(Handle));

        /// <summary>Makes this tensor stand for another's memory, keeping its identity.</summary>
        internal void SetData(Tensor source) => TorchException.ThrowIfFailed(Native.scanlock_set_data(Handle, source.Handle));

        private Tensor Changed(int status)
        {
            TorchException.ThrowIfFailed(status);
            return this;
        }

        private static double Bound(double? bound) => bound ?? double.NaN;
    }
}
