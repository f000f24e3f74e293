using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Data;
using Scanlock.Trainer.Evaluation;
using Scanlock.Trainer.Networks;
using Scanlock.Trainer.Preparing;
using Scanlock.Trainer.Training;

namespace Scanlock.Trainer.Adversarial;

/// <summary>What adversarial training has done to a classifier, on samples as they are.</summary>
/// <param name="objective">The plain one, which the attack makes large.</param>
internal sealed class Robustness(TrialPlan plan, Compute compute, PreparedItems items, IReadOnlyList<Sample> samples, IObjective objective)
{
    private readonly ProjectedGradientDescent _attack = new(objective, plan.Spec.Adversarial);

    /// <summary>Null where the spec trains against no attack.</summary>
    /// <param name="before">What <see cref="Saliency.InLung"/> was before the training.</param>
    internal AdversarialMetrics? Of(Architecture network, double? before)
    {
        if (plan.Spec.Adversarial.Share == 0)
        {
            return null;
        }

        var clean = Scored(network, batch => batch);
        manual_seed(new DeterministicRandom(plan.Seed, RandomStreams.Attack).NextLong());
        var attacked = Scored(network, batch => _attack.Attacked(network, batch));
        return new AdversarialMetrics(
            clean.Accuracy, clean.Auc, attacked.Accuracy, attacked.Auc, before, Saliency.InLung(network, plan, compute, items, samples));
    }

    private ClassificationMetrics Scored(Architecture network, Func<DeviceBatch, DeviceBatch> changed)
    {
        var scored = new List<ScoredSample>();
        using var still = new FrozenNetwork(network);
        foreach (var batch in new Loader(items, samples, plan.Spec, plan.Seed, threads: plan.Threads).InOrder(Evaluator.GradientBatchSize(plan.Spec)))
        {
            using var scope = NewDisposeScope();
            var input = changed(NetworkInput.From(batch, plan.Spec, compute.Device));
            using var off = no_grad();
            var logits = network.call(input.Images).data<float>().ToArray();
            scored.AddRange(batch.Samples.Select((s, i) => new ScoredSample((double)logits[(2 * i) + 1] - logits[2 * i], s.Class, s.Patient, s.Series)));
        }

        return new Scores(scored).Metrics();
    }
}
