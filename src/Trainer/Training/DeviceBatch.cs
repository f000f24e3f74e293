namespace Scanlock.Trainer.Training;

/// <summary>One step's samples, where the network is.</summary>
/// <param name="Images">[N, channels, (depth,) side, side], from -1 (black) to 1 (white).</param>
/// <param name="Classes">[N], 0 or 1.</param>
/// <param name="Masks">Of lesions, [N, 1, (depth,) side, side], 0 or 1; null where classes are learnt.</param>
internal sealed record DeviceBatch(Tensor Images, Tensor Classes, Tensor? Masks = null);
