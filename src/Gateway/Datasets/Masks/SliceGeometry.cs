using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Scanlock.Contracts.Intake;

namespace Scanlock.Gateway.Datasets.Masks;

/// <summary>How a slice lies in the patient (PS3.3 C.7.6.2.1.1): from patient coordinates to places in its matrix.</summary>
internal sealed class SliceGeometry
{
    private const double Tolerance = 1e-2;
    private readonly MaskPoint origin;
    private readonly MaskPoint along;
    private readonly MaskPoint down;
    private readonly MaskPoint normal;

    private SliceGeometry(MaskPoint origin, MaskPoint along, MaskPoint down, double betweenColumns, double betweenRows, double thickness)
    {
        (this.origin, this.along, this.down) = (origin, along, down);
        (BetweenColumns, BetweenRows, Thickness) = (betweenColumns, betweenRows, thickness);
        normal = new MaskPoint((along.Y * down.Z) - (along.Z * down.Y), (along.Z * down.X) - (along.X * down.Z), (along.X * down.Y) - (along.Y * down.X));
    }

    internal double BetweenColumns { get; }

    internal double BetweenRows { get; }

    internal double Thickness { get; }

    /// <summary>False where the slice does not say how it lies, or what it says cannot be.</summary>
    internal static bool TryRead(SliceFacts slice, [NotNullWhen(true)] out SliceGeometry? geometry)
    {
        geometry = null;
        if (slice is not { Position: [var x, var y, var z], Orientation: [var rx, var ry, var rz, var cx, var cy, var cz], Spacing: [> 0 and var rows, > 0 and var columns, var thickness] })
        {
            return false;
        }

        var (along, down) = (new MaskPoint(rx, ry, rz), new MaskPoint(cx, cy, cz));
        if (Math.Abs(Dot(along, along) - 1) > Tolerance || Math.Abs(Dot(down, down) - 1) > Tolerance || Math.Abs(Dot(along, down)) > Tolerance)
        {
            return false;
        }

        geometry = new SliceGeometry(new MaskPoint(x, y, z), along, down, columns, rows, thickness);
        return true;
    }

    /// <summary>Where a point lies across the slice, mm; only differences between slices of one orientation say anything.</summary>
    internal double Across(MaskPoint point) => Dot(point, normal);

    /// <summary>Where the slice itself lies there.</summary>
    internal double Depth => Dot(origin, normal);

    /// <summary>A point in columns and rows, from the centre of the first pixel; what it lies off the slice is left out.</summary>
    internal PixelPoint InPixels(MaskPoint point)
    {
        var from = new MaskPoint(point.X - origin.X, point.Y - origin.Y, point.Z - origin.Z);
        return new PixelPoint(Dot(from, along) / BetweenColumns, Dot(from, down) / BetweenRows);
    }

    private static double Dot(MaskPoint one, MaskPoint other) => (one.X * other.X) + (one.Y * other.Y) + (one.Z * other.Z);
}

/// <summary>A place in a matrix: whole numbers are pixels' centres.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PixelPoint(double Column, double Row);
