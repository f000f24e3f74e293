using static Scanlock.LibTorch.torch;

namespace Scanlock.LibTorch.Modules;

/// <summary>What convolutions have in common: a weight, perhaps a bias, and where the kernel goes.</summary>
public abstract class Convolution : nn.Module<Tensor, Tensor>
{
    private protected Convolution(string name, ReadOnlySpan<long> weight, long fanIn, long outputs, bool bias)
        : base(name)
    {
        this.weight = Initial.Uniform(weight, fanIn);
        register_parameter(nameof(weight), this.weight);
        if (bias)
        {
            this.bias = Initial.Uniform([outputs], fanIn);
            register_parameter(nameof(bias), this.bias);
        }
    }

    public Parameter weight { get; }

    public Parameter? bias { get; }

    private protected static long Product(ReadOnlySpan<long> sizes)
    {
        var product = 1L;
        foreach (var size in sizes)
        {
            product *= size;
        }

        return product;
    }
}

/// <summary>2-D convolution over [N, C, H, W]; weight [out, in / groups, kh, kw], initialised as PyTorch does.</summary>
public sealed class Conv2d : Convolution
{
    private readonly long[] stride;
    private readonly long[] padding;
    private readonly long[] dilation;
    private readonly long groups;

    internal Conv2d(long inputs, long outputs, long[] kernel, long[] stride, long[] padding, long[] dilation, long groups, bool bias)
        : base(nameof(Conv2d), [outputs, inputs / groups, .. kernel], inputs / groups * Product(kernel), outputs, bias) =>
        (this.stride, this.padding, this.dilation, this.groups) = (stride, padding, dilation, groups);

    public override Tensor forward(Tensor input) => nn.functional.conv2d(input, weight, bias, stride, padding, dilation, groups);
}

/// <summary>3-D convolution over [N, C, D, H, W]; weight [out, in / groups, kd, kh, kw], initialised as PyTorch does.</summary>
public sealed class Conv3d : Convolution
{
    private readonly long[] stride;
    private readonly long[] padding;
    private readonly long[] dilation;
    private readonly long groups;

    internal Conv3d(long inputs, long outputs, long[] kernel, long[] stride, long[] padding, long[] dilation, long groups, bool bias)
        : base(nameof(Conv3d), [outputs, inputs / groups, .. kernel], inputs / groups * Product(kernel), outputs, bias) =>
        (this.stride, this.padding, this.dilation, this.groups) = (stride, padding, dilation, groups);

    public override Tensor forward(Tensor input) => nn.functional.conv3d(input, weight, bias, stride, padding, dilation, groups);
}

/// <summary>Transposed 2-D convolution over [N, C, H, W]; weight [in, out, kh, kw], initialised as PyTorch does.</summary>
public sealed class ConvTranspose2d : Convolution
{
    private readonly long[] stride;
    private readonly long[] padding;

    // PyTorch reckons the fan in from the weight's second axis, which here are the outputs.
    internal ConvTranspose2d(long inputs, long outputs, long[] kernel, long[] stride, long[] padding, bool bias)
        : base(nameof(ConvTranspose2d), [inputs, outputs, .. kernel], outputs * Product(kernel), outputs, bias) =>
        (this.stride, this.padding) = (stride, padding);

    public override Tensor forward(Tensor input) => nn.functional.conv_transpose2d(input, weight, bias, stride, padding);
}

/// <summary>Transposed 3-D convolution over [N, C, D, H, W]; weight [in, out, kd, kh, kw], initialised as PyTorch does.</summary>
public sealed class ConvTranspose3d : Convolution
{
    private readonly long[] stride;
    private readonly long[] padding;

    internal ConvTranspose3d(long inputs, long outputs, long[] kernel, long[] stride, long[] padding, bool bias)
        : base(nameof(ConvTranspose3d), [inputs, outputs, .. kernel], outputs * Product(kernel), outputs, bias) =>
        (this.stride, this.padding) = (stride, padding);

    public override Tensor forward(Tensor input) => nn.functional.conv_transpose3d(input, weight, bias, stride, padding);
}
