namespace Scanlock.Trainer.Training;

/// <summary>Prepared pixels become what a network sees: [N, 1, side, side], from -1 (black) to 1 (white).</summary>
internal static class NetworkInput
{
    internal static Tensor From(float[] pixels, int count, int size, Device device) =>
        tensor(pixels, [count, 1, size, size]).to(device).mul(2).add(-1);
}
