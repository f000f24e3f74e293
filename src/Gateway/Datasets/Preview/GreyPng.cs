using System.Buffers.Binary;
using System.IO.Compression;

namespace Scanlock.Gateway.Datasets.Preview;

/// <summary>Writes an 8-bit grey picture as PNG (W3C Portable Network Graphics, third edition): one IDAT chunk, rows unfiltered.</summary>
internal static class GreyPng
{
    private const int HeaderBytes = 13;
    private const byte BitDepth = 8;
    private static readonly uint[] s_crcTable = [.. Enumerable.Range(0, 256).Select(i => CrcOf((uint)i))];

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <param name="grey">0 is black, row by row.</param>
    public static byte[] Encode(ReadOnlySpan<byte> grey, int rows, int columns)
    {
        if (rows < 1 || columns < 1 || grey.Length != rows * columns)
        {
            throw new ArgumentException($"{grey.Length} pixels are not {rows} rows of {columns}.", nameof(grey));
        }

        // Width, height, bit depth; colour type grey, the only compression and filter methods, and no interlace are all 0.
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32BigEndian(header, columns);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], rows);
        header[8] = BitDepth;
        using var png = new MemoryStream();
        png.Write(Signature);
        WriteChunk(png, "IHDR"u8, header);
        WriteChunk(png, "IDAT"u8, Compress(grey, rows, columns));
        WriteChunk(png, "IEND"u8, []);
        return png.ToArray();
    }

    private static byte[] Compress(ReadOnlySpan<byte> grey, int rows, int columns)
    {
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var row = 0; row < rows; row++)
            {
                zlib.WriteByte(0);
                zlib.Write(grey.Slice(row * columns, columns));
            }
        }

        return compressed.ToArray();
    }

    private static void WriteChunk(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        png.Write(word);
        png.Write(type);
        png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(word, ~Crc(Crc(uint.MaxValue, type), data));
        png.Write(word);
    }

    /// <summary>CRC-32 as ISO 3309 has it.</summary>
    private static uint Crc(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var next in bytes)
        {
            crc = s_crcTable[(byte)(crc ^ next)] ^ (crc >> 8);
        }

        return crc;
    }

    private static uint CrcOf(uint value)
    {
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 0 ? value >> 1 : 0xedb88320 ^ (value >> 1);
        }

        return value;
    }
}
