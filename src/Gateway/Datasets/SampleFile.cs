using System.Buffers.Binary;
using Scanlock.Contracts;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Gateway.Datasets;

/// <summary>A sample as it is encrypted and stored: the length of its record (4 bytes, little-endian), the record, the npy file.</summary>
internal static class SampleFile
{
    private const int LengthBytes = 4;

    public static byte[] Write(SampleRecord record, ReadOnlySpan<byte> npy)
    {
        var json = Wire.Write(record, ContractsJson.Strict.SampleRecord);
        var file = new byte[LengthBytes + json.Length + npy.Length];
        BinaryPrimitives.WriteInt32LittleEndian(file, json.Length);
        json.CopyTo(file, LengthBytes);
        npy.CopyTo(file.AsSpan(LengthBytes + json.Length));
        return file;
    }

    public static (SampleRecord Record, ReadOnlyMemory<byte> Npy) Read(ReadOnlyMemory<byte> file)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(file.Span);
        return (Wire.Read(file.Span.Slice(LengthBytes, length), ContractsJson.Strict.SampleRecord), file[(LengthBytes + length)..]);
    }
}
