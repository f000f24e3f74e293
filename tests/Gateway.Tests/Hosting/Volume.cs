using System.Buffers.Binary;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>A made-up NIfTI-1 volume of 8 x 8 voxels a slice, 1 mm apart: air, and tissue that differs from slice to slice.</summary>
internal static class Volume
{
    public static byte[] ToNifti(int slices)
    {
        const int Header = 352;
        const int Side = 8;
        var file = new byte[Header + (2 * Side * Side * slices)];
        BinaryPrimitives.WriteInt32LittleEndian(file, 348);
        short[] dimensions = [3, Side, Side, (short)slices, 1, 1, 1, 1];
        for (var i = 0; i < dimensions.Length; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(40 + (2 * i)), dimensions[i]);
        }

        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(70), 4);
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(72), 16);
        BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(108), Header);
        file[123] = 2;
        BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(254), 1);
        foreach (var axis in Enumerable.Range(0, 3))
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(280 + (axis * 20)), axis < 2 ? -1 : 1);
        }

        "n+1\0"u8.CopyTo(file.AsSpan(344));
        for (var voxel = 0; voxel < Side * Side * slices; voxel++)
        {
            var tissue = (short)(100 + (voxel / (Side * Side) % 1000));
            BinaryPrimitives.WriteInt16LittleEndian(file.AsSpan(Header + (2 * voxel)), voxel % 2 == 0 ? (short)-1000 : tissue);
        }

        return file;
    }
}
