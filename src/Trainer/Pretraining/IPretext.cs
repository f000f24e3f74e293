using static Scanlock.LibTorch.torch.nn;

namespace Scanlock.Trainer.Pretraining;

/// <summary>A task without labels: the images themselves hold the answers.</summary>
internal interface IPretext : IDisposable
{
    /// <summary>Times that a batch shows each slice, each time augmented anew.</summary>
    int Views { get; }

    /// <summary>All that learns: the network, which stays the caller's, and a head of the task's own.</summary>
    Module Learner { get; }

    /// <summary>What one batch costs: a single number that can be differentiated by what learns.</summary>
    /// <param name="images">[Views * N, channels, side, side], view by view.</param>
    /// <param name="samples">[N], which sample each image is of, the same number for it in every batch.</param>
    Tensor Loss(Tensor images, Tensor samples);
}
