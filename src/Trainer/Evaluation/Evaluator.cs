using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Training;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Evaluation;

/// <summary>Runs a classifier over samples as they are, without augmentation.</summary>
internal static class Evaluator
{
    /// <summary>In one batch, so that evaluating takes no more memory than training does.</summary>
    private const int MostPixels = 1 << 20;

    internal static Scores Score(Module<Tensor, Tensor> network, Loader samples, TrialSpec spec, Device device)
    {
        var scored = new List<ScoredSample>();
        network.eval();
        using var off = no_grad();
        foreach (var batch in samples.InOrder(BatchSize(spec)))
        {
            using var scope = NewDisposeScope();
            var logits = network.call(NetworkInput.Images(batch.Pixels, batch.Count, spec, device)).data<float>().ToArray();
            for (var i = 0; i < batch.Count; i++)
            {
                var sample = batch.Samples[i];
                scored.Add(new ScoredSample((double)logits[(2 * i) + 1] - logits[2 * i], sample.Class, sample.Patient, sample.Series));
            }
        }

        network.train();
        return new Scores(scored);
    }

    /// <summary>Of its own, so that scores do not hang on the spec's batch.</summary>
    internal static int BatchSize(TrialSpec spec)
    {
        var depth = TrialNetworks.Of(spec.Network).Dimensions == 3 ? spec.Depth : 1;
        return Math.Clamp(MostPixels / (depth * spec.ImageSize * spec.ImageSize), 1, 64);
    }

    /// <summary>Where answers are differentiated, which holds on to all layers: what the training had memory for is enough.</summary>
    internal static int GradientBatchSize(TrialSpec spec) => Math.Min(spec.Batch, BatchSize(spec));
}
