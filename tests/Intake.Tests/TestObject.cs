using System.Text;
using Scanlock.Cli.Phantoms;

namespace Scanlock.Intake.Tests;

/// <summary>A small valid CT object, element by element, to be spoiled in one place.</summary>
internal sealed class TestObject
{
    internal const string Name = "Wrenfell^Ottoline";
    private const string CtImage = "1.2.840.10008.5.1.4.1.1.2";

    private readonly SortedDictionary<uint, (string Type, byte[] Value)> elements = [];

    internal TestObject(int rows = 4, int columns = 3)
    {
        Set(0x00080005, "CS", "ISO_IR 192").Set(0x00080008, "CS", @"ORIGINAL\PRIMARY\AXIAL\CT_SOM5 SPI")
            .Set(0x00080016, "UI", CtImage).Set(0x00080018, "UI", "1.2.3.4").Set(0x00080050, "SH", "ACC778899").Set(0x00080060, "CS", "CT")
            .Set(0x00100010, "PN", Name).Set(0x00100020, "LO", "MRN4455667").Set(0x00100021, "LO", "Infirmary")
            .Set(0x00180050, "DS", "1.25").Set(0x0020000d, "UI", "1.2.3.1").Set(0x0020000e, "UI", "1.2.3.2").Set(0x00200013, "IS", "17")
            .Set(0x00200032, "DS", @"-100\-90.5\1e1").Set(0x00200037, "DS", @"1\0\0\0\1\0")
            .Set(0x00280002, 1).Set(0x00280004, "CS", "MONOCHROME2").Set(0x00280010, (ushort)rows).Set(0x00280011, (ushort)columns)
            .Set(0x00280030, "DS", @"0.5\0.75").Set(0x00280100, 16).Set(0x00280101, 16).Set(0x00280102, 15).Set(0x00280103, 1)
            .Set(0x00281052, "DS", "-1024").Set(0x00281053, "DS", "1")
            .Set(0x7fe00010, "OW", new byte[rows * columns * 2]);
    }

    /// <summary>The class that the file meta information names; the data set's where this is null.</summary>
    internal string? SopClass { get; init; }

    internal string TransferSyntax { get; set; } = DicomWriter.ExplicitLittleEndian;

    internal TestObject Set(uint tag, string type, string value) => Set(tag, type, Encoding.UTF8.GetBytes(value));

    internal TestObject Set(uint tag, ushort value) => Set(tag, "US", BitConverter.GetBytes(value));

    internal TestObject Set(uint tag, string type, byte[] value)
    {
        elements[tag] = (type, value);
        return this;
    }

    internal TestObject Without(params uint[] tags)
    {
        Array.ForEach(tags, tag => elements.Remove(tag));
        return this;
    }

    internal TestObject Pixels(params ushort[] words) => Set(0x7fe00010, "OW", [.. words.SelectMany(BitConverter.GetBytes)]);

    internal byte[] ToFile()
    {
        var writer = new DicomWriter();
        foreach (var (tag, (type, value)) in elements)
        {
            writer.Bytes((ushort)(tag >> 16), (ushort)tag, type, value, type is "UI" or "OW" or "OB" or "US" ? (byte)0 : (byte)' ');
        }

        return writer.ToFile(SopClass ?? (elements.TryGetValue(0x00080016, out var named) ? Encoding.ASCII.GetString(named.Value) : CtImage), "1.2.3.4", TransferSyntax);
    }
}
