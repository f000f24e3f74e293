using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Nifti;

/// <summary>How a voxel's number is written (NIfTI-1, <c>datatype</c>).</summary>
internal enum NiftiType
{
    UInt8 = 2,
    Int16 = 4,
    Int32 = 8,
    Single = 16,
    Double = 64,
    Int8 = 256,
    UInt16 = 512,
    UInt32 = 768,
}

/// <summary>
/// The header of a NIfTI file of either form (<see cref="NiftiFields"/>), as far as it says what the numbers are and where they lie. Its free texts
/// are never read.
/// </summary>
/// <param name="BigEndian">How the file's numbers are written.</param>
/// <param name="Columns">Voxels along the first axis, which changes fastest.</param>
/// <param name="Rows">Along the second.</param>
/// <param name="Slices">Along the third.</param>
/// <param name="Offset">Where the voxels begin in the file.</param>
/// <param name="Slope">What is written times this, plus <paramref name="Intercept"/>, is the value.</param>
/// <param name="Affine">From voxel indices to the patient: three rows of four, mm, x to the left and y to the back as DICOM has it.</param>
internal sealed record NiftiHeader(
    bool BigEndian, int Columns, int Rows, int Slices, NiftiType Type, long Offset, double Slope, double Intercept, double[,] Affine)
{
    private const int LongestExtension = 16 << 20;
    private const int Millimetres = 2;
    private const int SpaceUnits = 7;

    /// <summary>Bytes of one voxel.</summary>
    internal int VoxelBytes => Type switch
    {
        NiftiType.UInt8 or NiftiType.Int8 => 1,
        NiftiType.Int16 or NiftiType.UInt16 => 2,
        NiftiType.Int32 or NiftiType.UInt32 or NiftiType.Single => 4,
        NiftiType.Double => 8,
        _ => throw new InvalidOperationException("No such type."),
    };

    /// <summary>Reads a whole header of a form that <see cref="NiftiFields.Length"/> knows.</summary>
    /// <exception cref="DicomException">It contradicts itself, passes a bound, or is of a form that is not read.</exception>
    internal static NiftiHeader Read(ReadOnlySpan<byte> header)
    {
        var fields = new NiftiFields(header);
        var dimensions = fields.Dimension(0);
        if (dimensions is not (3 or 4) || (dimensions == 4 && fields.Dimension(4) != 1))
        {
            throw new DicomException(dimensions is >= 1 and <= 7 ? RefusalCode.UnsupportedPixels : RefusalCode.Damaged);
        }

        var (columns, rows, slices) = (fields.Dimension(1), fields.Dimension(2), fields.Dimension(3));
        if (columns < 1 || rows < 1 || slices < 1)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        if (columns > IntakeProtocol.MaxSide || rows > IntakeProtocol.MaxSide || slices > DicomBounds.MaxFrames)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        var type = (NiftiType)fields.Type;
        if (!Enum.IsDefined(type))
        {
            throw new DicomException(RefusalCode.UnsupportedPixels);
        }

        if (!(fields.Offset >= header.Length && fields.Offset <= LongestExtension))
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        var read = new NiftiHeader(
            fields.IsBig, (int)columns, (int)rows, (int)slices, type, (long)fields.Offset,
            fields.Slope == 0 ? 1 : fields.Slope, fields.Slope == 0 ? 0 : fields.Intercept, ReadAffine(fields));
        return fields.BitsPerVoxel == 8 * read.VoxelBytes && double.IsFinite(read.Slope) && double.IsFinite(read.Intercept)
            ? read
            : throw new DicomException(RefusalCode.Damaged);
    }

    /// <summary>The one that says where the patient lay comes first: <c>sform</c>, else <c>qform</c>. A guess by voxel sizes alone says nothing of it.</summary>
    private static double[,] ReadAffine(NiftiFields fields)
    {
        if ((fields.Units & SpaceUnits) is not (0 or Millimetres))
        {
            throw new DicomException(RefusalCode.NoGeometry);
        }

        var affine = fields.SForm > 0 ? Rowwise(fields) : fields.QForm > 0 ? Turned(fields) : throw new DicomException(RefusalCode.NoGeometry);
        foreach (var number in affine)
        {
            if (!(Math.Abs(number) <= IntakeProtocol.MaxCoordinate))
            {
                throw new DicomException(RefusalCode.NoGeometry);
            }
        }

        // NIfTI counts to the right and to the front, DICOM to the left and to the back.
        for (var column = 0; column < 4; column++)
        {
            (affine[0, column], affine[1, column]) = (-affine[0, column], -affine[1, column]);
        }

        return affine;
    }

    private static double[,] Rowwise(NiftiFields fields)
    {
        var affine = new double[3, 4];
        for (var place = 0; place < 12; place++)
        {
            affine[place / 4, place % 4] = fields.Row(place / 4, place % 4);
        }

        return affine;
    }

    /// <summary>By the unit quaternion a + bi + cj + dk, of which a is not written.</summary>
    private static double[,] Turned(NiftiFields fields)
    {
        var (b, c, d) = (fields.Quaternion(0), fields.Quaternion(1), fields.Quaternion(2));
        var a = Math.Sqrt(Math.Max(0, 1 - (b * b) - (c * c) - (d * d)));
        var (x, y, z) = (fields.VoxelSize(1), fields.VoxelSize(2), fields.VoxelSize(3) * (fields.VoxelSize(0) < 0 ? -1 : 1));
        return new[,]
        {
            { ((a * a) + (b * b) - (c * c) - (d * d)) * x, 2 * ((b * c) - (a * d)) * y, 2 * ((b * d) + (a * c)) * z, fields.Origin(0) },
            { 2 * ((b * c) + (a * d)) * x, ((a * a) + (c * c) - (b * b) - (d * d)) * y, 2 * ((c * d) - (a * b)) * z, fields.Origin(1) },
            { 2 * ((b * d) - (a * c)) * x, 2 * ((c * d) + (a * b)) * y, ((a * a) + (d * d) - (b * b) - (c * c)) * z, fields.Origin(2) },
        };
    }
}
