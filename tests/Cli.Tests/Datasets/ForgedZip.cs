using System.IO.Compression;
using System.Text;

namespace Scanlock.Cli.Tests.Datasets;

/// <summary>An entry as an attacker writes it: what the archive says of it need not be true (APPNOTE 4.3.7, 4.3.12).</summary>
internal sealed record ForgedEntry(string Name, byte[] Content)
{
    /// <summary>The size that both headers give; the true one where null.</summary>
    public uint? SaysBytes { get; init; }

    public bool HasWrongChecksum { get; init; }

    public bool IsEncrypted { get; init; }

    /// <summary>Unix type and permissions.</summary>
    public ushort Mode { get; init; }

    /// <summary>The compressed data of the entry before are this one's too.</summary>
    public bool SharesData { get; init; }
}

/// <summary>Zip archives written byte by byte, for what no library would write.</summary>
internal static class ForgedZip
{
    private const ushort Deflate = 8;
    private const ushort Encrypted = 1;
    private const ushort Utf8 = 1 << 11;

    public static byte[] Of(params ForgedEntry[] entries)
    {
        using var archive = new MemoryStream();
        using var directory = new MemoryStream();
        uint offset = 0;
        foreach (var entry in entries)
        {
            var packed = Pack(entry.Content);
            var name = Encoding.UTF8.GetBytes(entry.Name);
            var header = Header(entry, packed);
            if (!entry.SharesData)
            {
                offset = (uint)archive.Length;
                Write(archive, 0x04034b50u, header, (ushort)name.Length, (ushort)0);
                archive.Write(name);
                archive.Write(packed);
            }

            Write(directory, 0x02014b50u, (ushort)(3 << 8 | 20), header, (ushort)name.Length, (ushort)0, (ushort)0, (ushort)0, (ushort)0, (uint)entry.Mode << 16, offset);
            directory.Write(name);
        }

        var start = (uint)archive.Length;
        directory.WriteTo(archive);
        Write(archive, 0x06054b50u, (ushort)0, (ushort)0, (ushort)entries.Length, (ushort)entries.Length, (uint)directory.Length, start, (ushort)0);
        return archive.ToArray();
    }

    /// <summary>From the version to the uncompressed size, which both headers have.</summary>
    private static byte[] Header(ForgedEntry entry, byte[] packed)
    {
        using var header = new MemoryStream();
        var flags = (ushort)(Utf8 | (entry.IsEncrypted ? Encrypted : 0));
        var checksum = Crc32Of(entry.Content) ^ (entry.HasWrongChecksum ? 1u : 0);
        Write(header, (ushort)20, flags, Deflate, (ushort)0, (ushort)0x21, checksum, (uint)packed.Length, entry.SaysBytes ?? (uint)entry.Content.Length);
        return header.ToArray();
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>Bit by bit, independent of the code under test.</summary>
    private static uint Crc32Of(byte[] content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }

    private static void Write(Stream target, params object[] fields)
    {
        foreach (var field in fields)
        {
            target.Write(field switch
            {
                ushort number => BitConverter.GetBytes(number),
                uint number => BitConverter.GetBytes(number),
                byte[] bytes => bytes,
                _ => throw new ArgumentOutOfRangeException(nameof(fields)),
            });
        }
    }
}
