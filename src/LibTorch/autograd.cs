namespace Scanlock.LibTorch;

public static unsafe partial class torch
{
    public static class autograd
    {
        /// <summary>
        /// Derivatives of <paramref name="outputs"/>, weighted by <paramref name="grad_outputs"/> (without which each output must be
        /// one number), with respect to each input. Adds to no <see cref="Tensor.grad"/>.
        /// </summary>
        /// <param name="create_graph">Whether the derivatives can be differentiated in turn.</param>
        /// <param name="allow_unused">Whether an input on which no output depends gives null instead of an error.</param>
        public static IList<Tensor> grad(
            IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor>? grad_outputs = null,
            bool retain_graph = false, bool create_graph = false, bool allow_unused = false)
        {
            if (grad_outputs is not null && grad_outputs.Count != outputs.Count)
            {
                throw new ArgumentException($"{grad_outputs.Count} weights for {outputs.Count} outputs", nameof(grad_outputs));
            }

            using var o = new HeldHandles(outputs);
            using var i = new HeldHandles(inputs);
            using var w = new HeldHandles(grad_outputs ?? []);
            var found = new nint[inputs.Count];
            fixed (nint* op = o.Pointers, ip = i.Pointers, wp = w.Pointers, fp = found)
            {
                TorchException.ThrowIfFailed(Native.scanlock_autograd_grad(
                    op, outputs.Count, ip, inputs.Count, wp, retain_graph || create_graph ? 1 : 0, create_graph ? 1 : 0,
                    allow_unused ? 1 : 0, fp));
            }

            return [.. found.Select(pointer => pointer == 0 ? null! : new Tensor(new TensorHandle(pointer)))];
        }
    }

    public partial class Tensor
    {
        public void backward() => TorchException.ThrowIfFailed(Native.scanlock_backward(Handle));

        public void backward(bool retain_graph, bool create_graph = false) =>
            TorchException.ThrowIfFailed(Native.scanlock_backward_retaining(Handle, retain_graph ? 1 : 0, create_graph ? 1 : 0));

        public Tensor requires_grad_(bool requires_grad = true)
        {
            this.requires_grad = requires_grad;
            return this;
        }
    }
}
