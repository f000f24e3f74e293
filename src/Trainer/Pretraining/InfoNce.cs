using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Pretraining;

/// <summary>
/// The contrastive loss InfoNCE (van den Oord et al., 2018): -log(exp(q k / t) / (exp(q k / t) + sum of exp(q n / t) over the negatives
/// n)), the mean over the queries q, each with its own key k; t is the temperature.
/// </summary>
internal static class InfoNce
{
    /// <summary>Below this a vector's length counts as this, so that zero stays zero.</summary>
    private const double LeastLength = 1e-12;

    /// <param name="queries">[N, D], of length 1.</param>
    /// <param name="keys">[N, D], likewise; the query's own in each row.</param>
    /// <param name="negatives">[K, D], likewise.</param>
    /// <param name="own">[N, K], true where a negative shows what the query shows, which leaves it out; null where none does.</param>
    internal static Tensor Loss(Tensor queries, Tensor keys, Tensor negatives, double temperature, Tensor? own = null)
    {
        using var scope = NewDisposeScope();
        var positive = queries.mul(keys).sum(1, keepdim: true);
        var others = queries.mm(negatives.transpose(0, 1));
        if (own is not null)
        {
            others = others.masked_fill(own, double.NegativeInfinity);
        }

        var logits = cat([positive, others], 1).div(temperature);
        return functional.cross_entropy(logits, zeros([queries.shape[0]], ScalarType.Int64, queries.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Each row of [N, D] brought to length 1, in 32 bits.</summary>
    internal static Tensor Normalised(Tensor rows)
    {
        using var scope = NewDisposeScope();
        var full = rows.to(ScalarType.Float32);
        return full.div(full.norm(1, keepdim: true).clamp(min: LeastLength)).MoveToOuterDisposeScope();
    }
}
