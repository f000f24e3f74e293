namespace Scanlock.LibTorch;

/// <summary>
/// Frees, when disposed, every tensor made on this thread since it was opened and not taken out of it.
/// Scopes nest; a tensor belongs to the innermost one open when it was made.
/// </summary>
public sealed class DisposeScope : IDisposable
{
    [ThreadStatic]
    private static DisposeScope? current;

    private readonly HashSet<torch.Tensor> tensors = new(ReferenceEqualityComparer.Instance);
    private readonly DisposeScope? outer;
    private bool closed;

    internal DisposeScope()
    {
        outer = current;
        current = this;
    }

    internal static DisposeScope? Current => current;

    public int Count => tensors.Count;

    public void Dispose()
    {
        if (closed)
        {
            return;
        }

        if (!ReferenceEquals(current, this))
        {
            throw new InvalidOperationException("Dispose scopes close in the reverse order of their opening, on the thread of it.");
        }

        closed = true;
        current = outer;
        foreach (var tensor in tensors)
        {
            tensor.OwningScope = null;
            tensor.Dispose();
        }

        tensors.Clear();
    }

    internal void Add(torch.Tensor tensor)
    {
        tensors.Add(tensor);
        tensor.OwningScope = this;
    }

    internal void Remove(torch.Tensor tensor)
    {
        tensors.Remove(tensor);
        tensor.OwningScope = null;
    }

    internal void MoveToOuter(torch.Tensor tensor)
    {
        Remove(tensor);
        outer?.Add(tensor);
    }
}
