namespace Scanlock.Cli.Phantoms;

/// <summary>
/// One invented chest, in Hounsfield units: body, lungs, heart, spine, ribs, vessels and, where it is affected, hazy and dense patches in
/// the lungs' rims. Size, shape, lung density, noise and vessels vary from patient to patient in both classes, so that neither one
/// pixel nor the mean tells them apart; the patches' shape does.
/// </summary>
internal sealed class ChestPhantom
{
    private const double Air = -1000;
    private const double Fat = -100;
    private const double Muscle = 45;
    private const double Bone = 450;
    private const int RibPairs = 5;

    private readonly double bodyWidth;
    private readonly double bodyHeight;
    private readonly double lungWidth;
    private readonly double lungHeight;
    private readonly double lungValue;
    private readonly double gravity;
    private readonly double noise;
    private readonly long seed;
    private readonly int number;
    private readonly List<Blob> patches;

    /// <summary>A round, soft-edged spot. Coordinates run from -1 to 1 over the picture, the third along the body.</summary>
    private sealed record Blob(double X, double Y, double Z, double Radius, double Value);

    internal ChestPhantom(long seed, int number, bool affected)
    {
        this.seed = seed;
        this.number = number;
        var random = PhantomRandom.For(seed, number, 1);
        bodyWidth = random.Between(0.80, 0.93);
        bodyHeight = random.Between(0.60, 0.72);
        lungWidth = random.Between(0.29, 0.35);
        lungHeight = random.Between(0.40, 0.50);
        lungValue = random.Between(-890.0, -790.0);
        gravity = random.Between(0.0, 90.0);
        noise = random.Between(8.0, 28.0);
        patches = affected ? Patches(random) : [];
    }

    /// <summary>The slice at a height from -1 to 1: size x size values, row by row.</summary>
    internal short[] Slice(int size, double height)
    {
        var random = PhantomRandom.For(seed, number, 2, BitConverter.DoubleToInt64Bits(height));
        var vessels = Vessels(random);
        var slice = new short[size * size];
        for (var row = 0; row < size; row++)
        {
            for (var column = 0; column < size; column++)
            {
                var x = ((2.0 * column) + 1 - size) / size;
                var y = ((2.0 * row) + 1 - size) / size;
                var value = Tissue(x, y, height, vessels) + random.Normal(noise);
                slice[(row * size) + column] = (short)Math.Clamp(Math.Round(value), PhantomObject.LowestUnit, PhantomObject.HighestUnit);
            }
        }

        return slice;
    }

    private double Tissue(double x, double y, double z, List<Blob> vessels)
    {
        var body = Ellipse(x, y, 0, 0, bodyWidth, bodyHeight);
        if (body > 1)
        {
            return Air;
        }

        var lung = Math.Min(LungDistance(x, y, z, -1), LungDistance(x, y, z, 1));
        if (lung < 1)
        {
            return Lung(x, y, z, lung, vessels);
        }

        if (Ellipse(x, y, 0, bodyHeight * 0.72, 0.11, 0.10) < 1 || IsRib(x, y, z))
        {
            return Bone;
        }

        return body > 0.86 ? Fat : Muscle;
    }

    private double Lung(double x, double y, double z, double rim, List<Blob> vessels)
    {
        // Blood sinks: lungs are denser at the back.
        var value = lungValue + (gravity * (y + lungHeight) / (2 * lungHeight));
        foreach (var vessel in vessels)
        {
            value = Math.Max(value, Spot(vessel, x, y, vessel.Z, lungValue));
        }

        foreach (var patch in patches)
        {
            value = Math.Max(value, Spot(patch, x, y, z, lungValue));
        }

        // The pleura blurs into the lung.
        return rim > 0.93 ? value + ((Muscle - value) * (rim - 0.93) / 0.07) : value;
    }

    private double LungDistance(double x, double y, double z, int side)
    {
        var taper = 1 - (0.35 * z * z);
        var heart = side > 0 ? 0.03 : 0;
        return Ellipse(x, y, side * (bodyWidth * 0.48 + heart), 0, lungWidth * taper, lungHeight * taper);
    }

    private bool IsRib(double x, double y, double z)
    {
        var ring = Ellipse(x, y, 0, 0, bodyWidth * 0.93, bodyHeight * 0.92);
        if (ring is < 0.88 or > 1)
        {
            return false;
        }

        var turn = Math.Atan2(y, x) + (z * 0.8);
        return Math.Cos(turn * RibPairs * 2) > 0.72;
    }

    private static double Spot(Blob blob, double x, double y, double z, double background)
    {
        var distance = ((x - blob.X) * (x - blob.X)) + ((y - blob.Y) * (y - blob.Y)) + ((z - blob.Z) * (z - blob.Z));
        return background + ((blob.Value - background) * Math.Exp(-distance / (blob.Radius * blob.Radius)));
    }

    private List<Blob> Vessels(PhantomRandom random) =>
        [.. Enumerable.Range(0, random.Between(10, 28)).Select(_ =>
        {
            var side = random.Between(0, 1) == 0 ? -1 : 1;
            var x = (side * bodyWidth * 0.48) + random.Between(-lungWidth * 0.7, lungWidth * 0.7);
            return new Blob(x, random.Between(-lungHeight * 0.8, lungHeight * 0.8), 0, random.Between(0.012, 0.035), random.Between(-300.0, 30.0));
        })];

    /// <summary>Clusters of overlapping spots near the rims, tall enough along the body that every slice meets some.</summary>
    private List<Blob> Patches(PhantomRandom random)
    {
        var found = new List<Blob>();
        for (var z = -1.0; z <= 1.0; z += 0.25)
        {
            for (var cluster = random.Between(2, 4); cluster > 0; cluster--)
            {
                var side = random.Between(0, 1) == 0 ? -1 : 1;
                var angle = random.Between(-0.9, 1.4);
                var x = (side * bodyWidth * 0.48) + (side * Math.Cos(angle) * lungWidth * 0.68);
                var y = Math.Sin(angle) * lungHeight * 0.68;
                var dense = random.Between(0, 3) == 0;
                for (var spot = random.Between(3, 6); spot > 0; spot--)
                {
                    var value = dense ? random.Between(-150.0, 40.0) : random.Between(-620.0, -380.0);
                    found.Add(new Blob(
                        x + random.Normal(0.05), y + random.Normal(0.06), z + random.Normal(0.05), random.Between(0.06, 0.13), value));
                }
            }
        }

        return found;
    }

    private static double Ellipse(double x, double y, double centreX, double centreY, double halfWidth, double halfHeight)
    {
        var dx = (x - centreX) / halfWidth;
        var dy = (y - centreY) / halfHeight;
        return (dx * dx) + (dy * dy);
    }
}
