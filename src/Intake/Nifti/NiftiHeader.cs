using System.Buffers.Binary;
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
/// The header of a NIfTI-1 file (Cox et al., NIfTI-1 data format, 2004; <c>nifti1.h</c>), as far as it says what the numbers are and where they lie.
/// Its free texts are never read.
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
    internal const int Bytes = 348;

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

    /// <summary>Whether this is how a NIfTI-1 file with its voxels in it begins.</summary>
    internal static bool IsOne(ReadOnlySpan<byte> start) =>
        start.Length >= Bytes && start[344..].StartsWith("n+1\0"u8)
        && (BinaryPrimitives.ReadInt32LittleEndian(start) == Bytes || BinaryPrimitives.ReadInt32BigEndian(start) == Bytes);

    /// <summary>Reads what <see cref="IsOne"/>.</summary>
    /// <exception cref="DicomException">It contradicts itself, passes a bound, or is of a form that is not read.</exception>
    internal static NiftiHeader Read(ReadOnlySpan<byte> header)
    {
        var numbers = new Numbers(header, BinaryPrimitives.ReadInt32LittleEndian(header) != Bytes);
        var dimensions = numbers.Int16(40);
        if (dimensions is not (3 or 4) || (dimensions == 4 && numbers.Int16(48) != 1))
        {
            throw new DicomException(dimensions is >= 1 and <= 7 ? RefusalCode.UnsupportedPixels : RefusalCode.Damaged);
        }

        var (columns, rows, slices) = (numbers.Int16(42), numbers.Int16(44), numbers.Int16(46));
        if (columns < 1 || rows < 1 || slices < 1)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        if (columns > IntakeProtocol.MaxSide || rows > IntakeProtocol.MaxSide || slices > DicomBounds.MaxFrames)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        var type = (NiftiType)numbers.Int16(70);
        if (!Enum.IsDefined(type))
        {
            throw new DicomException(RefusalCode.UnsupportedPixels);
        }

        var (slope, intercept, offset) = (numbers.Single(112), numbers.Single(116), numbers.Single(108));
        var read = new NiftiHeader(
            numbers.IsBig, columns, rows, slices, type, offset is >= Bytes and <= LongestExtension ? (long)offset : throw new DicomException(RefusalCode.Damaged),
            slope == 0 ? 1 : slope, slope == 0 ? 0 : intercept, ReadAffine(numbers));
        return numbers.Int16(72) == 8 * read.VoxelBytes && double.IsFinite(read.Slope) && double.IsFinite(read.Intercept)
            ? read
            : throw new DicomException(RefusalCode.Damaged);
    }

    /// <summary>The one that says where the patient lay comes first: <c>sform</c>, else <c>qform</c>. A guess by voxel sizes alone says nothing of it.</summary>
    private static double[,] ReadAffine(Numbers numbers)
    {
        if ((numbers.Byte(123) & SpaceUnits) is not (0 or Millimetres))
        {
            throw new DicomException(RefusalCode.NoGeometry);
        }

        var affine = numbers.Int16(254) > 0 ? Rowwise(numbers) : numbers.Int16(252) > 0 ? Turned(numbers) : throw new DicomException(RefusalCode.NoGeometry);
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

    private static double[,] Rowwise(Numbers numbers)
    {
        var affine = new double[3, 4];
        for (var place = 0; place < 12; place++)
        {
            affine[place / 4, place % 4] = numbers.Single(280 + (place * sizeof(float)));
        }

        return affine;
    }

    /// <summary>By the unit quaternion a + bi + cj + dk, of which a is not written.</summary>
    private static double[,] Turned(Numbers numbers)
    {
        var (b, c, d) = (numbers.Single(256), numbers.Single(260), numbers.Single(264));
        var a = Math.Sqrt(Math.Max(0, 1 - (b * b) - (c * c) - (d * d)));
        var (x, y, z) = (numbers.Single(80), numbers.Single(84), numbers.Single(88) * (numbers.Single(76) < 0 ? -1 : 1));
        return new[,]
        {
            { ((a * a) + (b * b) - (c * c) - (d * d)) * x, 2 * ((b * c) - (a * d)) * y, 2 * ((b * d) + (a * c)) * z, numbers.Single(268) },
            { 2 * ((b * c) + (a * d)) * x, ((a * a) + (c * c) - (b * b) - (d * d)) * y, 2 * ((c * d) - (a * b)) * z, numbers.Single(272) },
            { 2 * ((b * d) - (a * c)) * x, 2 * ((c * d) + (a * b)) * y, ((a * a) + (d * d) - (b * b) - (c * c)) * z, numbers.Single(276) },
        };
    }

    private readonly ref struct Numbers(ReadOnlySpan<byte> header, bool isBig)
    {
        private readonly ReadOnlySpan<byte> header = header;

        internal bool IsBig { get; } = isBig;

        internal byte Byte(int at) => header[at];

        internal short Int16(int at) => IsBig ? BinaryPrimitives.ReadInt16BigEndian(header[at..]) : BinaryPrimitives.ReadInt16LittleEndian(header[at..]);

        internal double Single(int at) => IsBig ? BinaryPrimitives.ReadSingleBigEndian(header[at..]) : BinaryPrimitives.ReadSingleLittleEndian(header[at..]);
    }
}
