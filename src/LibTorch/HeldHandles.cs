namespace Scanlock.LibTorch;

/// <summary>Keeps tensors from being freed while their raw pointers are on loan to a native call.</summary>
internal sealed class HeldHandles : IDisposable
{
    private readonly IReadOnlyList<torch.Tensor> tensors;
    private int held;

    /// <exception cref="ObjectDisposedException">One of them is freed already; none is left held.</exception>
    internal HeldHandles(IReadOnlyList<torch.Tensor> tensors)
    {
        this.tensors = tensors;
        Pointers = new nint[tensors.Count];
        try
        {
            for (; held < tensors.Count; held++)
            {
                var added = false;
                tensors[held].Handle.DangerousAddRef(ref added);
                Pointers[held] = tensors[held].Handle.DangerousGetHandle();
            }
        }
        catch (ObjectDisposedException)
        {
            Dispose();
            throw;
        }
    }

    internal nint[] Pointers { get; }

    public void Dispose()
    {
        while (held > 0)
        {
            tensors[--held].Handle.DangerousRelease();
        }
    }
}
