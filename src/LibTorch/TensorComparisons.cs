namespace Scanlock.LibTorch;

public static partial class torch
{
    /// <summary>Where <paramref name="condition"/> holds the first's element, elsewhere the second's.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y) =>
        Tensor.Own(Native.scanlock_where(condition.Handle, x.Handle, y.Handle));

    /// <summary>Questions asked of each element; the answers are a tensor of <see cref="ScalarType.Bool"/>.</summary>
    public partial class Tensor
    {
        public Tensor eq(Tensor other) => Own(Native.scanlock_eq(Handle, other.Handle));

        public Tensor eq(double other) => Own(Native.scanlock_eq_scalar(Handle, other));

        public Tensor ne(Tensor other) => Own(Native.scanlock_ne(Handle, other.Handle));

        public Tensor ne(double other) => Own(Native.scanlock_ne_scalar(Handle, other));

        public Tensor gt(Tensor other) => Own(Native.scanlock_gt(Handle, other.Handle));

        public Tensor gt(double other) => Own(Native.scanlock_gt_scalar(Handle, other));

        public Tensor ge(Tensor other) => Own(Native.scanlock_ge(Handle, other.Handle));

        public Tensor ge(double other) => Own(Native.scanlock_ge_scalar(Handle, other));

        public Tensor lt(Tensor other) => Own(Native.scanlock_lt(Handle, other.Handle));

        public Tensor lt(double other) => Own(Native.scanlock_lt_scalar(Handle, other));

        public Tensor le(Tensor other) => Own(Native.scanlock_le(Handle, other.Handle));

        public Tensor le(double other) => Own(Native.scanlock_le_scalar(Handle, other));

        public Tensor logical_and(Tensor other) => Own(Native.scanlock_logical_and(Handle, other.Handle));

        public Tensor logical_or(Tensor other) => Own(Native.scanlock_logical_or(Handle, other.Handle));

        public Tensor logical_not() => Own(Native.scanlock_logical_not(Handle));

        public Tensor isfinite() => Own(Native.scanlock_isfinite(Handle));

        public Tensor isnan() => Own(Native.scanlock_isnan(Handle));

        public Tensor masked_fill(Tensor mask, double value) => Own(Native.scanlock_masked_fill(Handle, mask.Handle, value));
    }
}
