using static Scanlock.LibTorch.torch;

namespace Scanlock.LibTorch.Modules;

/// <summary>y = x Wᵀ + b over the last axis.</summary>
public sealed class Linear : nn.Module<Tensor, Tensor>
{
    internal Linear(long inputSize, long outputSize, bool hasBias)
        : base(nameof(Linear))
    {
        weight = Initial.Uniform([outputSize, inputSize], inputSize);
        register_parameter(nameof(weight), weight);
        if (hasBias)
        {
            bias = Initial.Uniform([outputSize], inputSize);
            register_parameter(nameof(bias), bias);
        }
    }

    public Parameter weight { get; }

    public Parameter? bias { get; }

    public override Tensor forward(Tensor input) => nn.functional.linear(input, weight, bias);
}

/// <summary>Batch normalisation over every axis but the second, with running statistics for evaluation.</summary>
public abstract class BatchNorm : nn.Module<Tensor, Tensor>
{
    private readonly double eps;
    private readonly double momentum;

    private protected BatchNorm(string name, long features, double eps, double momentum)
        : base(name)
    {
        (this.eps, this.momentum) = (eps, momentum);
        using var scope = NewDisposeScope();
        weight = new Parameter(ones([features]));
        bias = new Parameter(zeros([features]));
        register_parameter(nameof(weight), weight);
        register_parameter(nameof(bias), bias);
        running_mean = zeros([features]);
        running_var = ones([features]);
        num_batches_tracked = zeros([], ScalarType.Int64);
        register_buffer(nameof(running_mean), running_mean);
        register_buffer(nameof(running_var), running_var);
        register_buffer(nameof(num_batches_tracked), num_batches_tracked);
    }

    public Parameter weight { get; }

    public Parameter bias { get; }

    public Tensor running_mean { get; }

    public Tensor running_var { get; }

    /// <summary>How many batches the running statistics have seen; kept because PyTorch's state dict has it.</summary>
    public Tensor num_batches_tracked { get; }

    public override Tensor forward(Tensor input)
    {
        if (training)
        {
            num_batches_tracked.add_(1);
        }

        return nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps);
    }
}

/// <summary>Batch normalisation over [N, C, H, W].</summary>
public sealed class BatchNorm2d : BatchNorm
{
    internal BatchNorm2d(long features, double eps, double momentum)
        : base(nameof(BatchNorm2d), features, eps, momentum)
    {
    }
}

/// <summary>Batch normalisation over [N, C, D, H, W].</summary>
public sealed class BatchNorm3d : BatchNorm
{
    internal BatchNorm3d(long features, double eps, double momentum)
        : base(nameof(BatchNorm3d), features, eps, momentum)
    {
    }
}

public sealed class MaxPool2d : nn.Module<Tensor, Tensor>
{
    private readonly long[] kernel;
    private readonly long[] stride;
    private readonly long[] padding;

    internal MaxPool2d(long kernel, long stride, long padding)
        : base(nameof(MaxPool2d)) =>
        (this.kernel, this.stride, this.padding) = ([kernel, kernel], [stride, stride], [padding, padding]);

    public override Tensor forward(Tensor input) => nn.functional.max_pool2d(input, kernel, stride, padding);
}

/// <summary>Averages each channel down to a square of the size given, whatever the input's.</summary>
public sealed class AdaptiveAvgPool2d : nn.Module<Tensor, Tensor>
{
    private readonly long[] size;

    internal AdaptiveAvgPool2d(long size)
        : base(nameof(AdaptiveAvgPool2d)) => this.size = [size, size];

    public override Tensor forward(Tensor input) => nn.functional.adaptive_avg_pool2d(input, size);
}

/// <summary>Modules one after the other, under the names given.</summary>
public sealed class Sequential : nn.Module<Tensor, Tensor>
{
    private readonly List<nn.Module<Tensor, Tensor>> modules = [];

    internal Sequential(IEnumerable<(string Name, nn.Module<Tensor, Tensor> Module)> modules)
        : base(nameof(Sequential))
    {
        foreach (var (name, module) in modules)
        {
            register_module(name, module);
            this.modules.Add(module);
        }
    }

    /// <remarks>What one module hands to the next is let go at once: autograd keeps what it needs, and evaluation needs none of it.</remarks>
    public override Tensor forward(Tensor input)
    {
        var x = input;
        foreach (var module in modules)
        {
            var next = module.call(x);
            if (!ReferenceEquals(x, input) && !ReferenceEquals(x, next))
            {
                x.Dispose();
            }

            x = next;
        }

        return x;
    }
}

internal static class Initial
{
    /// <summary>PyTorch's default for weights and biases: uniform within 1 / sqrt(fan in).</summary>
    internal static Parameter Uniform(ReadOnlySpan<long> shape, long fanIn)
    {
        using var scope = NewDisposeScope();
        var made = new Parameter(empty(shape));
        nn.init.Uniform(made, 1 / Math.Sqrt(fanIn));
        made.DetachFromDisposeScope();
        return made;
    }
}
