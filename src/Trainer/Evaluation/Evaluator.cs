using Scanlock.Trainer.Data;
using Scanlock.Trainer.Training;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Evaluation;

/// <summary>Runs a network over slices as they are, without augmentation.</summary>
internal static class Evaluator
{
    /// <summary>Of its own, so that scores do not hang on the spec's batch.</summary>
    private const int BatchSize = 64;

    internal static Scores Score(Module<Tensor, Tensor> network, IReadOnlyList<Slice> slices, int size, Device device)
    {
        var margins = new double[slices.Count];
        network.eval();
        using var off = no_grad();
        for (var begin = 0; begin < slices.Count; begin += BatchSize)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(BatchSize, slices.Count - begin);
            var pixels = new float[count * size * size];
            for (var i = 0; i < count; i++)
            {
                slices[begin + i].Pixels.CopyTo(pixels, i * size * size);
            }

            var logits = network.call(NetworkInput.From(pixels, [], count, size, device)).data<float>().ToArray();
            for (var i = 0; i < count; i++)
            {
                margins[begin + i] = (double)logits[(2 * i) + 1] - logits[2 * i];
            }
        }

        network.train();
        return new Scores(margins, [.. slices.Select(s => s.Class)]);
    }
}
