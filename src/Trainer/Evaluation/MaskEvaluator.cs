using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Training;
using Scanlock.Trainer.WeakSupervision;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Evaluation;

/// <summary>Runs a network that marks lesions over samples as they are, or in as many views as the spec says, without augmentation.</summary>
internal static class MaskEvaluator
{
    /// <summary>What it marked, and its plain binary cross-entropy over all pixels: not a number where an answer is none.</summary>
    /// <param name="samples">With their masks.</param>
    internal static (SegmentationScores Scores, double Loss) Score(Module<Tensor, Tensor> network, Loader samples, TrialSpec spec, Device device)
    {
        var marked = new List<MarkedSample>();
        var (loss, pixels) = (0.0, 0L);
        network.eval();
        using var off = no_grad();
        foreach (var batch in samples.InOrder(Evaluator.BatchSize(spec)))
        {
            using var scope = NewDisposeScope();
            var input = NetworkInput.From(batch, spec, device);
            var logits = ManyViews.Answers(network, input.Images, spec.Weak.Views);
            loss += functional.binary_cross_entropy_with_logits(logits, input.Masks!, reduction: Reduction.Sum).ToDouble();
            pixels += logits.numel();
            marked.AddRange(Counted(logits, input.Masks!).Zip(batch.Samples, (counts, sample) => new MarkedSample(sample.Patient, counts)));
        }

        network.train();
        return (new SegmentationScores(marked), loss / pixels);
    }

    private static IEnumerable<Confusion> Counted(Tensor logits, Tensor masks)
    {
        var (answers, truth) = (logits.ge(0).flatten(1), masks.gt(0.5).flatten(1));
        var (called, lesions, both) = (Sums(answers), Sums(truth), Sums(answers.logical_and(truth)));
        var all = answers.shape[1];
        return called.Select((marks, i) => new Confusion(both[i], marks - both[i], all - lesions[i] - marks + both[i], lesions[i] - both[i]));

        static long[] Sums(Tensor marks) => marks.sum([1]).data<long>().ToArray();
    }
}
