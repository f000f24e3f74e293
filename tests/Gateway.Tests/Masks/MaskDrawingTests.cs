using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Datasets.Masks;

namespace Scanlock.Gateway.Tests.Masks;

public sealed class MaskDrawingTests
{
    private const int Rows = 9;
    private const int Columns = 11;

    /// <summary>Against another way to count: per pixel, up its column, over all edges.</summary>
    [Fact]
    public void A_pixel_is_marked_where_an_odd_number_of_edges_lies_above_its_centre()
    {
        var cases =
            from contours in Gen.Choose(-300, 1400).Two().Select(pair => (X: pair.Item1 / 100.0 + 0.0013, Y: pair.Item2 / 100.0 + 0.0017)).ArrayOf(7).ListOf(3)
            from oblique in Gen.Elements(true, false)
            select (contours, oblique);
        Prop.ForAll(cases.ToArbitrary(), world =>
        {
            var slice = Slice(world.oblique);
            var mask = new byte[Rows * Columns];
            MaskDrawing.Contours(mask, Columns, slice.Geometry, [.. world.contours.Select(contour => contour.Select(point => slice.At(point.X, point.Y)).ToList())]);
            return Enumerable.Range(0, mask.Length).All(pixel => mask[pixel] == Naive(world.contours, pixel % Columns, pixel / Columns));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void One_contour_in_another_is_a_hole_and_two_masks_are_marked_together()
    {
        var slice = Slice(oblique: false);
        var mask = new byte[Rows * Columns];
        MaskDrawing.Contours(mask, Columns, slice.Geometry, [Square(slice, 1, 6), Square(slice, 3, 4)]);
        Assert.Equal(32, mask.Sum(pixel => pixel));
        Assert.Equal((1, 0, 1), (mask[(2 * Columns) + 3], mask[(3 * Columns) + 3], mask[(6 * Columns) + 6]));

        MaskDrawing.Contours(mask, Columns, slice.Geometry, [Square(slice, 3, 4)]);
        Assert.Equal(36, mask.Sum(pixel => pixel));
    }

    [Fact]
    public void What_lies_outside_the_matrix_is_cut_off()
    {
        var slice = Slice(oblique: true);
        var mask = new byte[Rows * Columns];
        MaskDrawing.Contours(mask, Columns, slice.Geometry, [Square(slice, -90_000, 90_000)]);
        Assert.DoesNotContain((byte)0, mask);
    }

    private static List<MaskPoint> Square((SliceGeometry Geometry, Func<double, double, MaskPoint> At) slice, int first, int last) =>
        [slice.At(first - 0.5, first - 0.5), slice.At(last + 0.5, first - 0.5), slice.At(last + 0.5, last + 0.5), slice.At(first - 0.5, last + 0.5)];

    private static byte Naive(IEnumerable<(double X, double Y)[]> contours, int column, int row)
    {
        var above = 0;
        foreach (var contour in contours)
        {
            for (var at = 0; at < contour.Length; at++)
            {
                var (one, other) = (contour[at], contour[(at + 1) % contour.Length]);
                if ((one.X > column) != (other.X > column))
                {
                    above += one.Y + ((column - one.X) / (other.X - one.X) * (other.Y - one.Y)) < row ? 1 : 0;
                }
            }
        }

        return (byte)(above % 2);
    }

    private static (SliceGeometry Geometry, Func<double, double, MaskPoint> At) Slice(bool oblique)
    {
        double[] along = oblique ? [0.6, 0.8, 0] : [1, 0, 0];
        double[] down = oblique ? [0, 0, -1] : [0, 1, 0];
        Assert.True(SliceGeometry.TryRead(new SliceFacts(1, [10, -20, 30], [.. along, .. down], [0.5, 0.25, 2], []), out var geometry));
        return (geometry, (column, row) => new MaskPoint(
            10 + (along[0] * column * 0.25) + (down[0] * row * 0.5),
            -20 + (along[1] * column * 0.25) + (down[1] * row * 0.5),
            30 + (along[2] * column * 0.25) + (down[2] * row * 0.5)));
    }
}
