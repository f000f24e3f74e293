using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Scanlock.Cli.Phantoms;

/// <summary>
/// Writes a flat DICOM object in Explicit VR Little Endian (PS3.5 7.1.2, PS3.10 7.1). Elements are given in ascending order; values are
/// written as given, padded to even length.
/// </summary>
public sealed class DicomWriter
{
    public const string ExplicitLittleEndian = "1.2.840.10008.1.2.1";
    private const int PreambleBytes = 128;
    private static readonly HashSet<string> LongTypes = new(StringComparer.Ordinal) { "OB", "OW", "UN", "SQ", "UT" };

    private readonly ArrayBufferWriter<byte> elements = new();
    private uint last;

    /// <summary>Text, of a type such as PN or DS; several values are joined by a backslash.</summary>
    public DicomWriter Text(ushort group, ushort element, string type, params IEnumerable<string> values)
    {
        var bytes = Encoding.UTF8.GetBytes(string.Join('\\', values));
        return Bytes(group, element, type, bytes, type == "UI" ? (byte)0 : (byte)' ');
    }

    /// <summary>Numbers of 16 bits: US, or SS by their bit pattern.</summary>
    public DicomWriter Number(ushort group, ushort element, ushort value, string type = "US")
    {
        var bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return Bytes(group, element, type, bytes);
    }

    /// <exception cref="ArgumentException">The elements are not in ascending order.</exception>
    public DicomWriter Bytes(ushort group, ushort element, string type, ReadOnlySpan<byte> value, byte padding = 0)
    {
        var tag = ((uint)group << 16) | element;
        if (tag <= last)
        {
            throw new ArgumentException($"({group:x4},{element:x4}) comes after ({last >> 16:x4},{last & 0xffff:x4}).", nameof(element));
        }

        last = tag;
        Write(elements, group, element, type, value, padding);
        return this;
    }

    /// <summary>The whole file: preamble, meta header for this SOP class and instance, and the elements.</summary>
    public byte[] ToFile(string sopClass, string sopInstance, string transferSyntax = ExplicitLittleEndian)
    {
        var meta = new ArrayBufferWriter<byte>();
        Write(meta, 0x0002, 0x0001, "OB", [0, 1], 0);
        Write(meta, 0x0002, 0x0002, "UI", Encoding.ASCII.GetBytes(sopClass), 0);
        Write(meta, 0x0002, 0x0003, "UI", Encoding.ASCII.GetBytes(sopInstance), 0);
        Write(meta, 0x0002, 0x0010, "UI", Encoding.ASCII.GetBytes(transferSyntax), 0);
        Write(meta, 0x0002, 0x0012, "UI", "2.25.91772043015277302716340711427953462113"u8, 0);
        var length = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)meta.WrittenCount);

        var file = new ArrayBufferWriter<byte>();
        file.Write(new byte[PreambleBytes]);
        file.Write("DICM"u8);
        Write(file, 0x0002, 0x0000, "UL", length, 0);
        file.Write(meta.WrittenSpan);
        file.Write(elements.WrittenSpan);
        return file.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> output, ushort group, ushort element, string type, ReadOnlySpan<byte> value, byte padding)
    {
        var padded = value.Length + (value.Length % 2);
        var head = new byte[LongTypes.Contains(type) ? 12 : 8];
        BinaryPrimitives.WriteUInt16LittleEndian(head, group);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(2), element);
        Encoding.ASCII.GetBytes(type, head.AsSpan(4));
        if (head.Length == 12)
        {
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), padded);
        }
        else
        {
            BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(6), checked((ushort)padded));
        }

        output.Write(head);
        output.Write(value);
        if (padded > value.Length)
        {
            output.Write([padding]);
        }
    }
}
