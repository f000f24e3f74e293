using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Nifti;

/// <summary>
/// How the slices of a volume are shown as DICOM shows axial ones: columns count to the patient's left and rows to the back, whichever of the
/// first two axes runs that way, and in whichever direction. No voxel is interpolated.
/// </summary>
internal sealed class AxialGrid
{
    // Half a right angle: what leans more is closer to another plane. Scans with a tilted gantry lean up to 30 degrees.
    private const double Axial = 0.707;
    private const double Square = 0.01;

    private readonly NiftiHeader header;
    private readonly bool isTurned;
    private readonly bool flipsFirst;
    private readonly bool flipsSecond;

    private AxialGrid(NiftiHeader header, bool isTurned, bool flipsFirst, bool flipsSecond) =>
        (this.header, this.isTurned, this.flipsFirst, this.flipsSecond) = (header, isTurned, flipsFirst, flipsSecond);

    internal int Rows => isTurned ? header.Columns : header.Rows;

    internal int Columns => isTurned ? header.Rows : header.Columns;

    /// <exception cref="DicomException">The axes are no grid, or the slices are not axial.</exception>
    internal static AxialGrid Of(NiftiHeader header)
    {
        var (first, second, third) = (Axis(header, 0), Axis(header, 1), Axis(header, 2));
        if (Length(first) < 1e-3 || Length(second) < 1e-3 || Length(third) < 1e-3 || Math.Abs(Dot(Unit(first), Unit(second))) > Square)
        {
            throw new DicomException(RefusalCode.NoGeometry);
        }

        var normal = Cross(Unit(first), Unit(second));
        if (Math.Abs(normal[2]) < Axial || Math.Abs(Unit(third)[2]) < Axial)
        {
            throw new DicomException(RefusalCode.NotAxial);
        }

        var turns = Math.Abs(Unit(first)[0]) < Math.Abs(Unit(second)[0]);
        return new AxialGrid(header, turns, first[turns ? 1 : 0] < 0, second[turns ? 0 : 1] < 0);
    }

    /// <summary>Which pixel of its slice a voxel is.</summary>
    internal int Pixel(int first, int second)
    {
        first = flipsFirst ? header.Columns - 1 - first : first;
        second = flipsSecond ? header.Rows - 1 - second : second;
        return isTurned ? (first * Columns) + second : (second * Columns) + first;
    }

    internal SliceFacts Slice(int slice)
    {
        var (first, second) = (Axis(header, 0), Axis(header, 1));
        var (i, j) = (flipsFirst ? header.Columns - 1 : 0, flipsSecond ? header.Rows - 1 : 0);
        var position = new double[3];
        for (var axis = 0; axis < 3; axis++)
        {
            position[axis] = (header.Affine[axis, 0] * i) + (header.Affine[axis, 1] * j) + (header.Affine[axis, 2] * slice) + header.Affine[axis, 3];
        }

        var (alongFirst, alongSecond) = (Unit(first, flipsFirst), Unit(second, flipsSecond));
        return new SliceFacts(
            slice + 1,
            position,
            isTurned ? [.. alongSecond, .. alongFirst] : [.. alongFirst, .. alongSecond],
            isTurned ? [Length(first), Length(second), Length(Axis(header, 2))] : [Length(second), Length(first), Length(Axis(header, 2))],
            ["DERIVED", "SECONDARY", "AXIAL"]);
    }

    private static double[] Axis(NiftiHeader header, int axis) => [header.Affine[0, axis], header.Affine[1, axis], header.Affine[2, axis]];

    private static double Dot(double[] one, double[] other) => (one[0] * other[0]) + (one[1] * other[1]) + (one[2] * other[2]);

    private static double Length(double[] axis) => Math.Sqrt(Dot(axis, axis));

    private static double[] Unit(double[] axis, bool turned = false)
    {
        var length = turned ? -Length(axis) : Length(axis);
        return [.. axis.Select(number => (number / length) + 0.0)];
    }

    private static double[] Cross(double[] one, double[] other) =>
        [(one[1] * other[2]) - (one[2] * other[1]), (one[2] * other[0]) - (one[0] * other[2]), (one[0] * other[1]) - (one[1] * other[0])];
}
