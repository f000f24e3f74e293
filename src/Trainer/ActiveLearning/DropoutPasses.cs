using Scanlock.Trainer.Networks;

namespace Scanlock.Trainer.ActiveLearning;

/// <summary>
/// How unsure a network is of each answer, from repeated answers with dropout on, each of which stands for weights drawn from their
/// posterior (Gal and Ghahramani, ICML 2016). With p the probability that a pass gives to class 1 and H(p) = -p ln p - (1-p) ln(1-p):
/// </summary>
/// <param name="Entropy">H of the mean p, nats, 0 to ln 2.</param>
/// <param name="Bald">
/// The part of the entropy on which the passes disagree, H of the mean p less the mean H of p: the mutual information of answer and
/// weights (Houlsby et al., 2011; for networks Gal, Islam and Ghahramani, ICML 2017). Nats, 0 to the entropy.
/// </param>
internal sealed record DropoutPasses(Tensor Entropy, Tensor Bald)
{
    /// <summary>Float64; of classifiers [N], of masks [N, 1, side, side]. Normalisation uses its running statistics.</summary>
    /// <param name="images">[N, channels, side, side].</param>
    internal static DropoutPasses Of(Architecture network, Tensor images, int passes)
    {
        using var off = no_grad();
        using var still = new FrozenNetwork(network);
        network.DropsWhileEvaluating = true;
        var seen = Of(passes, _ => Margins(network.call(images)));
        network.DropsWhileEvaluating = false;
        return seen;
    }

    /// <param name="margins">By pass, the logit of class 1 over that of class 0. Passes are not held but summed up.</param>
    internal static DropoutPasses Of(int passes, Func<int, Tensor> margins)
    {
        using var scope = NewDisposeScope();
        Tensor? sums = null;
        for (var pass = 0; pass < passes; pass++)
        {
            using var one = NewDisposeScope();
            var margin = margins(pass);
            var (yes, no) = (margin.sigmoid(), (-margin).sigmoid());
            var terms = stack([yes, no, EntropyOf(yes, no)]);
            sums = sums is null ? terms.MoveToOuterDisposeScope() : sums.add_(terms);
        }

        var means = (sums ?? throw new ArgumentOutOfRangeException(nameof(passes), passes, "at least one")) / passes;
        var entropy = EntropyOf(means[0], means[1]);

        // Never below zero but for rounding.
        var bald = (entropy - means[2]).clamp(min: 0);
        return new DropoutPasses(entropy.MoveToOuterDisposeScope(), bald.MoveToOuterDisposeScope());
    }

    private static Tensor EntropyOf(Tensor yes, Tensor no) => -((yes * Log(yes)) + (no * Log(no)));

    /// <summary>Finite at 0, where x ln x is 0.</summary>
    private static Tensor Log(Tensor x) => x.clamp(min: 1e-300).log();

    private static Tensor Margins(Tensor logits)
    {
        var exact = logits.to(ScalarType.Float64);
        return exact.dim() == 2 ? exact.select(1, 1) - exact.select(1, 0) : exact;
    }
}
