namespace Scanlock.LibTorch.Modules;

/// <summary>A tensor that an optimizer changes.</summary>
public sealed class Parameter : torch.Tensor
{
    public Parameter(torch.Tensor data, bool requires_grad = true)
        : base(Checked(Native.scanlock_detach(data.Handle))) => this.requires_grad = requires_grad;
}
