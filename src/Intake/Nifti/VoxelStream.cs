using System.Buffers.Binary;
using System.IO.Compression;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Nifti;

/// <summary>The bytes of a NIfTI file, gunzipped where it is compressed, forward only and never more than its header says.</summary>
internal sealed class VoxelStream : IDisposable
{
    private readonly CountedStream sent;
    private readonly GZipStream? unzipped;
    private readonly Stream file;
    private long given;

    internal VoxelStream(Stream content, bool isZipped)
    {
        sent = new CountedStream(content);
        unzipped = isZipped ? new GZipStream(sent, CompressionMode.Decompress, leaveOpen: true) : null;
        file = unzipped ?? (Stream)sent;
    }

    /// <summary>
    /// Whether a volume's own bound holds: slices of a patient gzip two- to fivefold, so what becomes a hundred times its size is none. Masks are
    /// mostly zeros and become a thousand times theirs; of them nothing is kept but what is marked.
    /// </summary>
    internal bool IsVolume { get; set; }

    /// <exception cref="DicomException">There are not as many bytes, or they are too many.</exception>
    internal void Read(Span<byte> bytes)
    {
        try
        {
            if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw new DicomException(RefusalCode.Damaged);
            }
        }
        catch (InvalidDataException)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        given += bytes.Length;
        if (given > IntakeProtocol.MaxObjectBytes || (IsVolume && unzipped is not null && given > DicomBounds.FreeInflatedBytes && given > sent.Count * DicomBounds.MaxInflation))
        {
            throw new DicomException(RefusalCode.TooLarge);
        }
    }

    internal void Skip(long count)
    {
        var passed = new byte[Math.Min(count, 1 << 16)];
        for (; count > 0; count -= passed.Length)
        {
            Read(passed.AsSpan(0, (int)Math.Min(count, passed.Length)));
        }
    }

    /// <exception cref="DicomException">There is more than the header says.</exception>
    internal void End()
    {
        try
        {
            if (file.ReadByte() >= 0)
            {
                throw new DicomException(RefusalCode.Damaged);
            }
        }
        catch (InvalidDataException)
        {
            throw new DicomException(RefusalCode.Damaged);
        }
    }

    public void Dispose() => unzipped?.Dispose();

    /// <summary>Reads voxels as the numbers they stand for.</summary>
    /// <param name="header">How they are written.</param>
    /// <param name="bytes">Room for them.</param>
    /// <param name="values">Where the numbers go; one that is none stays one that is none.</param>
    internal void Read(NiftiHeader header, byte[] bytes, Span<double> values)
    {
        Read(bytes.AsSpan(0, values.Length * header.VoxelBytes));
        for (var voxel = 0; voxel < values.Length; voxel++)
        {
            values[voxel] = (Number(bytes.AsSpan(voxel * header.VoxelBytes), header.Type, header.BigEndian) * header.Slope) + header.Intercept;
        }
    }

    private static double Number(ReadOnlySpan<byte> bytes, NiftiType type, bool isBig) => type switch
    {
        NiftiType.UInt8 => bytes[0],
        NiftiType.Int8 => (sbyte)bytes[0],
        NiftiType.Int16 => isBig ? BinaryPrimitives.ReadInt16BigEndian(bytes) : BinaryPrimitives.ReadInt16LittleEndian(bytes),
        NiftiType.UInt16 => isBig ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        NiftiType.Int32 => isBig ? BinaryPrimitives.ReadInt32BigEndian(bytes) : BinaryPrimitives.ReadInt32LittleEndian(bytes),
        NiftiType.UInt32 => isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        NiftiType.Single => isBig ? BinaryPrimitives.ReadSingleBigEndian(bytes) : BinaryPrimitives.ReadSingleLittleEndian(bytes),
        NiftiType.Double => isBig ? BinaryPrimitives.ReadDoubleBigEndian(bytes) : BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        _ => throw new InvalidOperationException("No such type."),
    };
}
