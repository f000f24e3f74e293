using Scanlock.Contracts.Trials;
using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Training;

/// <summary>Rounds a network to what will be released of it, so that it is evaluated as those who get it will see it (P12).</summary>
internal static class Rounding
{
    internal static ScalarType Type(string precision) => precision switch
    {
        TrainerJob.Bf16 => ScalarType.BFloat16,
        TrainerJob.F32 => ScalarType.Float32,
        _ => throw new ArgumentOutOfRangeException(nameof(precision), precision, "the job's reader lets only known precisions through"),
    };

    /// <summary>Every floating-point parameter and buffer, in place.</summary>
    internal static void Round(Module<Tensor, Tensor> network, string precision)
    {
        var type = Type(precision);
        using var off = no_grad();
        foreach (var value in network.state_dict().Values.Where(v => v.dtype == ScalarType.Float32))
        {
            using var scope = NewDisposeScope();
            value.copy_(value.to(type));
        }
    }

    /// <summary>
    /// Rounds, and lets normalisation's counters of batches, on which nothing hangs, say the steps of this training, whatever
    /// pre-training or initial weights added to them, or an earlier epoch, if that is kept, lacks.
    /// </summary>
    internal static void Release(Module<Tensor, Tensor> network, string precision, long steps)
    {
        Round(network, precision);
        using var off = no_grad();
        foreach (var counter in network.state_dict().Values.Where(v => v.dtype == ScalarType.Int64))
        {
            counter.fill_(steps);
        }
    }
}
