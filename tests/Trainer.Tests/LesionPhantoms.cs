namespace Scanlock.Trainer.Tests;

/// <summary>Made-up chest slices with up to three bright lesions in the lungs, whose every pixel is known.</summary>
internal static class LesionPhantoms
{
    private const int Air = -1000;
    private const int Lung = -850;
    private const int Body = 40;

    /// <summary>Each patient has slices with and without lesions.</summary>
    internal static IReadOnlyList<PhantomSlice> Make(int patients, int slicesPerPatient, int side, int seed = 1)
    {
        var random = new DeterministicRandom(seed, 98);
        return
        [
            .. from patient in Enumerable.Range(0, patients)
               from slice in Enumerable.Range(0, slicesPerPatient)
               select Slice($"p{patient:000}-{slice:00}", $"patient{patient:000}", lesions: slice % 4, side, random),
        ];
    }

    private static PhantomSlice Slice(string key, string patient, int lesions, int side, DeterministicRandom random)
    {
        var (units, mask) = (new short[side * side], new bool[side * side]);
        var drawn = Enumerable.Range(0, lesions).Select(_ => Lesion.Draw(random)).ToList();
        for (var i = 0; i < units.Length; i++)
        {
            var (u, v) = (((i % side) + 0.5) / side, ((i / side) + 0.5) / side);
            var lung = Phantoms.Inside(u, v, 0.3, 0.5, 0.16, 0.32) || Phantoms.Inside(u, v, 0.7, 0.5, 0.16, 0.32);
            var lesion = lung ? drawn.FirstOrDefault(l => Phantoms.Inside(u, v, l.X, l.Y, l.Width, l.Height)) : null;
            var tissue = lesion?.Units ?? (lung ? Lung : Phantoms.Inside(u, v, 0.5, 0.5, 0.48, 0.45) ? Body : Air);
            units[i] = (short)(tissue + random.NextWithin(80));
            mask[i] = lesion is not null;
        }

        return new PhantomSlice(
            key, patient, lesions > 0 ? "1" : "0", Phantoms.Npy(units, side, side), Phantoms.Mask(mask, side, side));
    }

    /// <summary>An ellipse in one of the lungs, as shares of the side, of ground glass to consolidation.</summary>
    private sealed record Lesion(double X, double Y, double Width, double Height, int Units)
    {
        internal static Lesion Draw(DeterministicRandom random) => new(
            (random.NextInt(2) == 0 ? 0.3 : 0.7) + random.NextWithin(0.05), 0.5 + random.NextWithin(0.2),
            0.115 + random.NextWithin(0.025), 0.14 + random.NextWithin(0.04), -250 + (int)random.NextWithin(100));
    }
}
