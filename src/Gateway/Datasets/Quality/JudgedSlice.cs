using System.Runtime.InteropServices;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;

namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>One sample as its quality is judged: what was noted of it when it came.</summary>
/// <param name="Patient">The pseudonym that goes into shards.</param>
/// <param name="Sop">Keyed hash of its SOP instance UID.</param>
internal sealed record JudgedSlice(SliceAddress Address, string Patient, string? Sop, SampleFacts Facts)
{
    /// <summary>The largest coordinate that is believed, mm: nobody's scanner is that far away.</summary>
    private const double MaxCoordinate = 1e6;

    /// <summary>The most by which direction cosines may miss unit length and right angles.</summary>
    private const double MaxSkew = 0.1;

    /// <summary>Position (Image Position (Patient)), mm; null where there is none, or none that can be.</summary>
    public Vector3D? Position { get; } = Facts.Slice.Position is [var x, var y, var z] && IsPlace(x) && IsPlace(y) && IsPlace(z) ? new(x, y, z) : null;

    /// <summary>Directions of the rows and the columns (Image Orientation (Patient)); null where there are none, or none that can be.</summary>
    public PlaneDirections? Directions { get; } = DirectionsOf(Facts.Slice.Orientation);

    /// <summary>Between rows and between columns, mm; null where unknown.</summary>
    public (double Rows, double Columns)? PixelSpacing { get; } =
        Facts.Slice.Spacing is [var rows, var columns, _] && rows > 0 && columns > 0 ? (rows, columns) : null;

    /// <summary>Slice thickness, mm; null where unknown.</summary>
    public double? Thickness { get; } = Facts.Slice.Spacing is [_, _, var thickness] && thickness > 0 ? thickness : null;

    public bool IsConstant => Facts.Measure.Lowest == Facts.Measure.Highest;

    private static bool IsPlace(double coordinate) => Math.Abs(coordinate) <= MaxCoordinate;

    private static PlaneDirections? DirectionsOf(IReadOnlyList<double>? cosines)
    {
        if (cosines is not [var rowX, var rowY, var rowZ, var columnX, var columnY, var columnZ])
        {
            return null;
        }

        var directions = new PlaneDirections(new(rowX, rowY, rowZ), new(columnX, columnY, columnZ));
        return Math.Abs(directions.Row.Length - 1) <= MaxSkew && Math.Abs(directions.Column.Length - 1) <= MaxSkew
            && Math.Abs(directions.Row.Dot(directions.Column)) <= MaxSkew ? directions : null;
    }
}

/// <summary>A vector of the patient's coordinates, mm or without unit.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Vector3D(double X, double Y, double Z)
{
    public double Length => Math.Sqrt(Dot(this));

    public double Dot(Vector3D other) => (X * other.X) + (Y * other.Y) + (Z * other.Z);

    public Vector3D Cross(Vector3D other) => new((Y * other.Z) - (Z * other.Y), (Z * other.X) - (X * other.Z), (X * other.Y) - (Y * other.X));

    /// <summary>The angle between two lines, 0 to 90 degrees, whichever way they point.</summary>
    public double AngleToLine(Vector3D other) => Degrees(Math.Abs(Dot(other)) / (Length * other.Length));

    /// <summary>The angle between two directions, 0 to 180 degrees.</summary>
    public double AngleTo(Vector3D other) => Degrees(Dot(other) / (Length * other.Length));

    public static Vector3D operator -(Vector3D left, Vector3D right) => new(left.X - right.X, left.Y - right.Y, left.Z - right.Z);

    private static double Degrees(double cosine) => Math.Acos(Math.Clamp(cosine, -1, 1)) * 180 / Math.PI;
}

/// <summary>Directions of a slice's rows and columns.</summary>
internal sealed record PlaneDirections(Vector3D Row, Vector3D Column)
{
    /// <summary>What the slice's plane stands on.</summary>
    public Vector3D Normal { get; } = Row.Cross(Column);

    /// <summary>By how many degrees the other is turned, at most.</summary>
    public double AngleTo(PlaneDirections other) => Math.Max(Row.AngleTo(other.Row), Column.AngleTo(other.Column));
}
