namespace Scanlock.LibTorch;

/// <summary>A tensor's elements, copied out.</summary>
public sealed class TensorAccessor<T>
    where T : unmanaged
{
    private readonly T[] elements;

    internal TensorAccessor(T[] elements) => this.elements = elements;

    public long Count => elements.Length;

    public T[] ToArray() => elements;
}
