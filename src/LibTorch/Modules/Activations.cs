using static Scanlock.LibTorch.torch;

namespace Scanlock.LibTorch.Modules;

public sealed class ReLU : nn.Module<Tensor, Tensor>
{
    private readonly bool inplace;

    internal ReLU(bool inplace)
        : base(nameof(ReLU)) => this.inplace = inplace;

    public override Tensor forward(Tensor input) => inplace ? input.relu_() : input.relu();
}

public sealed class SiLU : nn.Module<Tensor, Tensor>
{
    private readonly bool inplace;

    internal SiLU(bool inplace)
        : base(nameof(SiLU)) => this.inplace = inplace;

    public override Tensor forward(Tensor input) => nn.functional.silu(input, inplace);
}

public sealed class Hardswish : nn.Module<Tensor, Tensor>
{
    private readonly bool inplace;

    internal Hardswish(bool inplace)
        : base(nameof(Hardswish)) => this.inplace = inplace;

    public override Tensor forward(Tensor input) => nn.functional.hardswish(input, inplace);
}
