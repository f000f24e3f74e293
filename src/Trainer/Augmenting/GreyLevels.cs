namespace Scanlock.Trainer.Augmenting;

/// <summary>Changes of grey levels in [0, 1] that leave every pixel where it is.</summary>
internal static class GreyLevels
{
    internal static void Raise(Span<float> pixels, float exponent)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = MathF.Pow(pixels[i], exponent);
        }
    }

    /// <summary>Adds Gaussian noise (Box and Muller, The Annals of Mathematical Statistics, 1958) and cuts off what leaves [0, 1].</summary>
    internal static void AddNoise(Span<float> pixels, float deviation, DeterministicRandom random)
    {
        for (var i = 0; i < pixels.Length; i += 2)
        {
            // 1 - u lies in (0, 1], where the logarithm is finite.
            var radius = deviation * MathF.Sqrt(-2 * MathF.Log((float)(1 - random.NextDouble())));
            var (sin, cos) = MathF.SinCos((float)(2 * Math.PI * random.NextDouble()));
            pixels[i] = Math.Clamp(pixels[i] + (radius * cos), 0, 1);
            if (i + 1 < pixels.Length)
            {
                pixels[i + 1] = Math.Clamp(pixels[i + 1] + (radius * sin), 0, 1);
            }
        }
    }
}
