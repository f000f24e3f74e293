namespace Scanlock.Trainer.Training;

/// <summary>Prepared pixels become what a network sees: [N, 1, side, side], from -1 (black) to 1 (white).</summary>
internal static class NetworkInput
{
    /// <param name="maps">Affine maps, 2 x 3 per image; empty to take images as they are. Outside an image is black.</param>
    internal static Tensor From(float[] pixels, float[] maps, int count, int size, Device device)
    {
        var images = tensor(pixels, [count, 1, size, size]).to(device);
        if (maps.Length > 0)
        {
            var grid = nn.functional.affine_grid(tensor(maps, [count, 2, 3]).to(device), [count, 1, size, size]);
            images = nn.functional.grid_sample(images, grid);
        }

        return images.mul(2).add(-1);
    }
}
