using System.Runtime.InteropServices;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.WeakSupervision;

/// <summary>
/// Leaves of a lesion mask what somebody would mark who clicks once on each lesion and as often beside them (Laradji et al., WACV 2021):
/// one pixel of each connected part, and as many pixels that no lesion covers; one of these where there is no lesion. Which ones hangs on
/// seed and sample alone, so that every epoch has the same. Pixels that share a corner are connected, in a volume across slices too.
/// </summary>
internal sealed class PointMarks(ItemLayout layout, long seed)
{
    /// <summary>What a pixel without a point has is 0.</summary>
    internal const byte Outside = 1;

    internal const byte Lesion = 2;

    private const byte Found = 3;

    /// <summary>
    /// Lesions of one sample that are clicked on: nobody clicks on more, and what the points cost later stays bounded. Of more, these many
    /// are drawn.
    /// </summary>
    internal const int MostLesions = 256;

    /// <summary>Puts the sample's points in place of its mask. Safe to call from several threads.</summary>
    /// <param name="mask">Depth * side * side pixels, 0 or 1; afterwards 0, <see cref="Outside"/> or <see cref="Lesion"/>.</param>
    internal void Keep(string key, Span<byte> mask)
    {
        var random = new DeterministicRandom(new DeterministicRandom(seed, RandomStreams.Points).NextLong(), Hash(key));
        List<int> lesions = [];
        for (var pixel = 0; pixel < mask.Length; pixel++)
        {
            if (mask[pixel] == 1)
            {
                var lesion = Find(mask, pixel);
                lesions.Add(lesion[random.NextInt(lesion.Count)]);
            }
        }

        if (lesions.Count > MostLesions)
        {
            random.Shuffle(lesions);
            lesions.RemoveRange(MostLesions, lesions.Count - MostLesions);
        }

        DrawOutside(mask, Math.Max(1, lesions.Count), random);
        mask.Replace(Found, (byte)0);
        foreach (var pixel in lesions)
        {
            mask[pixel] = Lesion;
        }
    }

    private static void DrawOutside(Span<byte> mask, int count, DeterministicRandom random)
    {
        // Each draw is a place among the pixels outside that are left; these are their places among all that are outside.
        var left = MemoryExtensions.Count(mask, (byte)0);
        List<int> places = [];
        for (; places.Count < count && left > 0; left--)
        {
            var place = random.NextInt(left);
            var at = 0;
            for (; at < places.Count && places[at] <= place; at++)
            {
                place++;
            }

            places.Insert(at, place);
        }

        var (pixel, seen) = (-1, -1);
        foreach (var place in places)
        {
            for (; seen < place; seen++)
            {
                pixel += 1 + mask[(pixel + 1)..].IndexOf((byte)0);
            }

            mask[pixel] = Outside;
        }
    }

    /// <summary>FNV-1a, 64 bits: string's own hash differs from run to run.</summary>
    private static ulong Hash(string key)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var unit in MemoryMarshal.AsBytes(key.AsSpan()))
        {
            hash = (hash ^ unit) * 0x100000001B3;
        }

        return hash;
    }

    /// <summary>All pixels of the lesion that has this one; in the mask they become <see cref="Found"/>.</summary>
    private List<int> Find(Span<byte> mask, int first)
    {
        List<int> lesion = [first];
        mask[first] = Found;
        for (var next = 0; next < lesion.Count; next++)
        {
            AddNeighbours(mask, lesion[next], lesion);
        }

        return lesion;
    }

    private void AddNeighbours(Span<byte> mask, int pixel, List<int> lesion)
    {
        var (side, area) = (layout.Side, layout.Area);
        var (slice, row, column) = (pixel / area, pixel % area / side, pixel % side);
        for (var s = Math.Max(0, slice - 1); s <= Math.Min(layout.Depth - 1, slice + 1); s++)
        {
            for (var r = Math.Max(0, row - 1); r <= Math.Min(side - 1, row + 1); r++)
            {
                for (var c = Math.Max(0, column - 1); c <= Math.Min(side - 1, column + 1); c++)
                {
                    var neighbour = (s * area) + (r * side) + c;
                    if (mask[neighbour] == 1)
                    {
                        mask[neighbour] = Found;
                        lesion.Add(neighbour);
                    }
                }
            }
        }
    }
}
