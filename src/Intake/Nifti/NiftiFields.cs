using System.Buffers.Binary;

namespace Scanlock.Intake.Nifti;

/// <summary>
/// The fields of a header in either form of NIfTI, by what they mean: the first (Cox et al., NIfTI-1 data format, 2004; <c>nifti1.h</c>) has
/// smaller numbers in other places than the second (NIfTI-2 data format, 2011; <c>nifti2.h</c>). Each comes in either byte order.
/// </summary>
internal readonly ref struct NiftiFields
{
    /// <summary>Bytes of the first form's header, which is enough to tell what a file is.</summary>
    internal const int BytesOfOne = 348;

    /// <summary>Bytes of the second form's header.</summary>
    internal const int BytesOfTwo = 540;

    private readonly ReadOnlySpan<byte> header;
    private readonly bool isTwo;

    /// <param name="header">All of it, and of a form that <see cref="Length"/> knows.</param>
    internal NiftiFields(ReadOnlySpan<byte> header)
    {
        this.header = header;
        isTwo = Length(header) == BytesOfTwo;
        IsBig = BinaryPrimitives.ReadInt32LittleEndian(header) != Length(header);
    }

    /// <summary>How long the header of a file is that begins so and has its voxels in it; 0 where it is none.</summary>
    internal static int Length(ReadOnlySpan<byte> start) => start switch
    {
        { Length: < BytesOfOne } => 0,
        _ when Says(start, BytesOfOne) && start[344..].StartsWith("n+1\0"u8) => BytesOfOne,
        _ when Says(start, BytesOfTwo) && start[4..].StartsWith("n+2\0\r\n\x1a\n"u8) => BytesOfTwo,
        _ => 0,
    };

    internal bool IsBig { get; }

    internal short Type => Int16(isTwo ? 12 : 70);

    internal short BitsPerVoxel => Int16(isTwo ? 14 : 72);

    /// <summary>Where the voxels begin in the file.</summary>
    internal double Offset => isTwo ? Int64(168) : Single(108);

    internal double Slope => isTwo ? Double(176) : Single(112);

    internal double Intercept => isTwo ? Double(184) : Single(116);

    /// <summary>Of space and time.</summary>
    internal int Units => isTwo ? Int32(500) : header[123];

    /// <summary>What <see cref="Quaternion"/> leads to; 0 where nothing.</summary>
    internal int QForm => isTwo ? Int32(344) : Int16(252);

    /// <summary>What <see cref="Row"/> leads to; 0 where nothing.</summary>
    internal int SForm => isTwo ? Int32(348) : Int16(254);

    /// <summary>How many dimensions there are, and from 1 their sizes.</summary>
    internal long Dimension(int number) => isTwo ? Int64(16 + (number * sizeof(long))) : Int16(40 + (number * sizeof(short)));

    /// <summary>From 1 the size of a voxel in each dimension; at 0 whether the third axis is turned around.</summary>
    internal double VoxelSize(int number) => Real(104, 76, number);

    /// <summary>b, c and d of the unit quaternion a + bi + cj + dk.</summary>
    internal double Quaternion(int number) => Real(352, 256, number);

    /// <summary>Where the first voxel lies by the quaternion.</summary>
    internal double Origin(int axis) => Real(376, 268, axis);

    /// <summary>The matrix from voxel indices, three rows of four.</summary>
    internal double Row(int row, int column) => Real(400, 280, (row * 4) + column);

    private double Real(int inTwo, int inOne, int number) => isTwo ? Double(inTwo + (number * sizeof(double))) : Single(inOne + (number * sizeof(float)));

    private static bool Says(ReadOnlySpan<byte> start, int bytes) =>
        BinaryPrimitives.ReadInt32LittleEndian(start) == bytes || BinaryPrimitives.ReadInt32BigEndian(start) == bytes;

    private short Int16(int at) => IsBig ? BinaryPrimitives.ReadInt16BigEndian(header[at..]) : BinaryPrimitives.ReadInt16LittleEndian(header[at..]);

    private int Int32(int at) => IsBig ? BinaryPrimitives.ReadInt32BigEndian(header[at..]) : BinaryPrimitives.ReadInt32LittleEndian(header[at..]);

    private long Int64(int at) => IsBig ? BinaryPrimitives.ReadInt64BigEndian(header[at..]) : BinaryPrimitives.ReadInt64LittleEndian(header[at..]);

    private double Single(int at) => IsBig ? BinaryPrimitives.ReadSingleBigEndian(header[at..]) : BinaryPrimitives.ReadSingleLittleEndian(header[at..]);

    private double Double(int at) => IsBig ? BinaryPrimitives.ReadDoubleBigEndian(header[at..]) : BinaryPrimitives.ReadDoubleLittleEndian(header[at..]);
}
