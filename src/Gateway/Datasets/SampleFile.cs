using System.Buffers.Binary;
using Scanlock.Contracts;
using Scanlock.Contracts.Codecs;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Gateway.Datasets;

/// <summary>A sample as it is encrypted and stored: the length of its record (4 bytes, little-endian), the record, the npy file.</summary>
internal static class SampleFile
{
    private const int LengthBytes = 4;

    /// <summary>All that stands before the sample's Hounsfield units.</summary>
    public static byte[] Start(SampleRecord record, int rows, int columns)
    {
        var json = Wire.Write(record, ContractsJson.Strict.SampleRecord);
        var length = new byte[LengthBytes];
        BinaryPrimitives.WriteInt32LittleEndian(length, json.Length);
        return [.. length, .. json, .. NpyCodec.EncodeHeader(NpyElement.Hounsfield, rows, columns)];
    }

    public static (SampleRecord Record, ReadOnlyMemory<byte> Npy) Read(ReadOnlyMemory<byte> file)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(file.Span);
        return (Wire.Read(file.Span.Slice(LengthBytes, length), ContractsJson.Strict.SampleRecord), file[(LengthBytes + length)..]);
    }
}
