namespace Scanlock.Intake.Tests.Text;

/// <summary>A chest as a scanner sees it, made of ellipses: air, body, lungs with vessels, spine and ribs, a table, blurred and noisy.</summary>
internal static class Phantom
{
    internal const int Side = 384;

    /// <param name="noise">Standard deviation in HU.</param>
    /// <param name="soft">True for a smooth kernel, whose noise is blurred as the image is.</param>
    internal static short[] Chest(int seed, double noise, bool soft)
    {
        var random = new Random(seed);
        var image = new double[Side * Side];
        Array.Fill(image, -1000);
        Ellipse(image, 192, 192, 120 + random.Next(30), 160 + random.Next(20), 40);
        foreach (var side in (int[])[-1, 1])
        {
            Ellipse(image, 185, 192 + (side * 80), 80, 58, -850);
            for (var vessel = 0; vessel < 60; vessel++)
            {
                var (angle, far) = (random.NextDouble() * Math.Tau, Math.Sqrt(random.NextDouble()));
                // Of any level: small vessels are averaged with the air around them.
                Ellipse(image, 185 + (70 * far * Math.Sin(angle)), 192 + (side * 80) + (48 * far * Math.Cos(angle)), 1 + (random.NextDouble() * 3), 1 + (random.NextDouble() * 3), 50 - (700 * random.NextDouble()));
            }
        }

        Ellipse(image, 270, 192, 22, 24, 300);
        Ellipse(image, 270, 192, 10, 10, 20);
        for (var rib = 0; rib < 14; rib++)
        {
            var angle = rib * Math.Tau / 14;
            Ellipse(image, 192 + (108 * Math.Sin(angle)), 192 + (148 * Math.Cos(angle)), 5, 9, 500);
        }

        for (var column = 40; column < Side - 40; column++)
        {
            var row = 345 + (int)((column - 192) * (column - 192) / 900.0 * -1);
            image[(row * Side) + column] = image[((row + 1) * Side) + column] = -200;
        }

        var grain = new double[image.Length];
        for (var at = 0; at < grain.Length; at++)
        {
            grain[at] = noise * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(Math.Tau * random.NextDouble());
        }

        Blur(image);
        if (soft)
        {
            Blur(grain);
        }

        return [.. image.Zip(grain, static (level, grit) => (short)Math.Clamp(Math.Round(level + grit), -1024, 3071))];
    }

    private static void Ellipse(double[] image, double row, double column, double high, double wide, double level)
    {
        for (var y = Math.Max(0, (int)(row - high)); y <= Math.Min(Side - 1, row + high); y++)
        {
            for (var x = Math.Max(0, (int)(column - wide)); x <= Math.Min(Side - 1, column + wide); x++)
            {
                if (Math.Pow((y - row) / high, 2) + Math.Pow((x - column) / wide, 2) <= 1)
                {
                    image[(y * Side) + x] = level;
                }
            }
        }
    }

    // 1 2 1 across and down: the scanner's point spread.
    private static void Blur(double[] image)
    {
        foreach (var step in (int[])[1, Side])
        {
            var before = (double[])image.Clone();
            for (var at = step; at < image.Length - step; at++)
            {
                image[at] = (before[at - step] + (2 * before[at]) + before[at + step]) / 4;
            }
        }
    }
}
