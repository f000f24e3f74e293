namespace Scanlock.LibTorch;

public static unsafe partial class torch
{
    public static void manual_seed(long seed) => TorchException.ThrowIfFailed(Native.scanlock_manual_seed(seed));

    /// <summary>The whole state of the main memory's generator, as bytes: set again, the same numbers follow.</summary>
    public static Tensor get_rng_state() => Tensor.Own(Native.scanlock_get_rng_state((int)DeviceType.CPU, -1));

    public static void set_rng_state(Tensor new_state) =>
        TorchException.ThrowIfFailed(Native.scanlock_set_rng_state(new_state.Handle, (int)DeviceType.CPU, -1));

    /// <summary>Normal with mean 0 and variance 1.</summary>
    public static Tensor randn(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null) => empty(size, dtype, device).normal_();

    /// <summary>Uniform over [0, 1).</summary>
    public static Tensor rand(ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null) =>
        empty(size, dtype, device).uniform_(0, 1);

    public static Tensor randn_like(Tensor input) => empty_like(input).normal_();

    public static Tensor rand_like(Tensor input) => empty_like(input).uniform_(0, 1);

    /// <summary>Whole numbers from <paramref name="low"/> to one below <paramref name="high"/>.</summary>
    public static Tensor randint(long low, long high, ReadOnlySpan<long> size, ScalarType? dtype = null, Device? device = null)
    {
        var on = device ?? CPU;
        fixed (long* shape = size)
        {
            return Tensor.Own(Native.scanlock_randint(
                low, high, shape, size.Length, (int)(dtype ?? ScalarType.Int64), (int)on.type, on.index));
        }
    }

    /// <summary>0, 1, ... n - 1 in random order.</summary>
    public static Tensor randperm(long n, ScalarType? dtype = null, Device? device = null)
    {
        var on = device ?? CPU;
        return Tensor.Own(Native.scanlock_randperm(n, (int)(dtype ?? ScalarType.Int64), (int)on.type, on.index));
    }

    public partial class Tensor
    {
        public Tensor normal_(double mean = 0, double stddev = 1) => Changed(Native.scanlock_normal_(Handle, mean, stddev));

        public Tensor uniform_(double from, double to) => Changed(Native.scanlock_uniform_(Handle, from, to));

        /// <summary>Ones with chance <paramref name="p"/>, otherwise zeros.</summary>
        public Tensor bernoulli_(double p = 0.5) => Changed(Native.scanlock_bernoulli_(Handle, p));

        /// <summary>Ones and zeros, each one with the chance that the element in its place says.</summary>
        public Tensor bernoulli() => Own(Native.scanlock_bernoulli(Handle));
    }
}
