using FsCheck;
using FsCheck.Fluent;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Tests.Data;

/// <summary>Masks of 64 pixels a word, against going through them pixel by pixel.</summary>
public sealed class MaskImageTests
{
    private static readonly Arbitrary<bool[,]> s_masks =
        (from rows in Gen.Choose(1, 12)
         from columns in Gen.OneOf(Gen.Choose(1, 12), Gen.Choose(60, 70), Gen.Choose(127, 130))
         from percent in Gen.Choose(5, 95)
         from dots in Gen.ArrayOf(Gen.Choose(0, 99), rows * columns)
         select Fill(rows, columns, (y, x) => dots[(y * columns) + x] < percent)).ToArbitrary();

    [Fact]
    public void Counts_bounds_complements_and_bytes_are_those_of_the_pixels() => Hold(mask =>
    {
        var image = Image(mask);
        var set = Pixels(mask).Where(p => mask[p.Y, p.X]).ToList();
        var bytes = new byte[mask.Length];
        image.CopyTo(bytes);
        var bounds = set.Count == 0
            ? (Box?)null
            : new Box(set.Min(p => p.Y), set.Min(p => p.X), set.Max(p => p.Y) - set.Min(p => p.Y) + 1, set.Max(p => p.X) - set.Min(p => p.X) + 1);
        return image.Count() == set.Count && image.Bounds() == bounds && image.Complement().Count() == mask.Length - set.Count
            && bytes.Select(b => b == 1).SequenceEqual(mask.Cast<bool>());
    });

    [Fact]
    public void Components_are_those_that_filling_pixel_by_pixel_finds() => Hold(mask => new[] { false, true }.All(diagonal =>
    {
        var parts = new Components(Image(mask), diagonal);
        var flooded = Flooded(mask, diagonal);
        return parts.All.Select(p => (p.Area, p.AtEdge, p.Bounds.Rows * p.Bounds.Columns)).Order().SequenceEqual(flooded.Order())
            && parts.All.All(p =>
            {
                var drawn = new BitImage(mask.GetLength(0), mask.GetLength(1));
                parts.Draw(other => other == p, drawn);
                return drawn.Count() == p.Area && drawn.Bounds() == p.Bounds;
            });
    }));

    [Fact]
    public void Closing_is_what_its_definition_says() => Hold(mask => new[] { 1, 3, 5 }.All(radius =>
    {
        var dilated = Fill(mask.GetLength(0), mask.GetLength(1), (y, x) => Near(mask, y, x, radius, true));
        var closed = Fill(mask.GetLength(0), mask.GetLength(1), (y, x) => !Near(dilated, y, x, radius, false));
        return Same(Closing.Dilate(Image(mask), radius), dilated) && Same(Closing.Close(Image(mask), radius), closed)
            && Pixels(mask).All(p => !mask[p.Y, p.X] || closed[p.Y, p.X]);
    }));

    private static bool Near(bool[,] mask, int y, int x, int radius, bool value) => Pixels(mask).Any(p =>
        mask[p.Y, p.X] == value && ((p.Y - y) * (p.Y - y)) + ((p.X - x) * (p.X - x)) <= radius * radius);

    private static List<(int Area, int AtEdge, int Box)> Flooded(bool[,] mask, bool diagonal)
    {
        var left = (bool[,])mask.Clone();
        var found = new List<(int, int, int)>();
        foreach (var start in Pixels(mask).Where(p => left[p.Y, p.X]))
        {
            List<(int Y, int X)> part = [start];
            left[start.Y, start.X] = false;
            for (var i = 0; i < part.Count; i++)
            {
                var (y, x) = part[i];
                foreach (var next in Pixels(left).Where(p => left[p.Y, p.X] && Touch(p.Y - y, p.X - x, diagonal)))
                {
                    left[next.Y, next.X] = false;
                    part.Add(next);
                }
            }

            var box = (part.Max(p => p.Y) - part.Min(p => p.Y) + 1) * (part.Max(p => p.X) - part.Min(p => p.X) + 1);
            found.Add((part.Count, part.Sum(p => AtEdge(mask, p.Y, p.X)), box));
        }

        return found;
    }

    private static bool Touch(int down, int across, bool diagonal) =>
        Math.Abs(down) <= 1 && Math.Abs(across) <= 1 && (diagonal || down == 0 || across == 0);

    /// <summary>A single column is at both edges at once.</summary>
    private static int AtEdge(bool[,] mask, int y, int x) => y == 0 || y == mask.GetLength(0) - 1
        ? 1
        : (x == 0 ? 1 : 0) + (x == mask.GetLength(1) - 1 ? 1 : 0);

    private static bool Same(BitImage image, bool[,] mask) => Pixels(mask).All(p => image.Get(p.Y, p.X) == mask[p.Y, p.X]);

    private static BitImage Image(bool[,] mask)
    {
        var image = new BitImage(mask.GetLength(0), mask.GetLength(1));
        foreach (var (y, x) in Pixels(mask).Where(p => mask[p.Y, p.X]))
        {
            image.Set(y, x, x + 1);
        }

        return image;
    }

    private static IEnumerable<(int Y, int X)> Pixels(bool[,] mask) =>
        from y in Enumerable.Range(0, mask.GetLength(0)) from x in Enumerable.Range(0, mask.GetLength(1)) select (y, x);

    private static bool[,] Fill(int rows, int columns, Func<int, int, bool> of)
    {
        var mask = new bool[rows, columns];
        foreach (var (y, x) in Pixels(mask))
        {
            mask[y, x] = of(y, x);
        }

        return mask;
    }

    private static void Hold(Func<bool[,], bool> property) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(40), Prop.ForAll(s_masks, property));
}
