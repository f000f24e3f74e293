using Scanlock.Cli.Phantoms;
using Scanlock.Testing;

namespace Scanlock.Intake.Fuzz;

/// <summary>What mutation starts from: small objects of ours, and other people's where they are at hand.</summary>
internal static class Seeds
{
    private const int LargestSeed = 256 << 10;
    private const string CtImage = "1.2.840.10008.5.1.4.1.1.2";

    internal static List<byte[]> All()
    {
        var seeds = new List<byte[]> { Phantom(1, DicomWriter.ExplicitLittleEndian), Phantom(3, DicomWriter.ExplicitLittleEndian), RunLength() };
        if (Repository.SharedData("zoo") is { } zoo)
        {
            seeds.AddRange(Directory.EnumerateFiles(zoo, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Where(file => new FileInfo(file).Length is > 200 and <= LargestSeed).Select(File.ReadAllBytes));
        }

        return seeds;
    }

    private static byte[] Phantom(int frames, string syntax) => Header(frames).Bytes(0x7fe0, 0x0010, "OW", new byte[16 * 16 * 2 * frames]).ToFile(CtImage, "1.2.3.4", syntax);

    /// <summary>Two frames of zeros, each in two segments (PS3.5 G.2).</summary>
    private static byte[] RunLength()
    {
        byte[] fragment = [2, 0, 0, 0, 64, 0, 0, 0, 68, 0, 0, 0, .. new byte[52], 129, 0, 129, 0, 129, 0, 129, 0];
        byte[] item = [0xfe, 0xff, 0x00, 0xe0, (byte)fragment.Length, 0, 0, 0, .. fragment];
        return
        [
            .. Header(2).ToFile(CtImage, "1.2.3.4", "1.2.840.10008.1.2.5"), 0xe0, 0x7f, 0x10, 0x00, (byte)'O', (byte)'B', 0, 0, 0xff, 0xff, 0xff, 0xff,
            0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0, .. item, .. item, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0,
        ];
    }

    private static DicomWriter Header(int frames) => new DicomWriter()
        .Text(0x0008, 0x0005, "CS", "ISO_IR 192").Text(0x0008, 0x0008, "CS", "ORIGINAL", "PRIMARY", "AXIAL").Text(0x0008, 0x0016, "UI", CtImage)
        .Text(0x0008, 0x0018, "UI", "1.2.3.4").Text(0x0008, 0x0020, "DA", "20250314").Text(0x0008, 0x0060, "CS", "CT").Text(0x0008, 0x1030, "LO", "Chest of Wrenfell")
        .Text(0x0010, 0x0010, "PN", "Wrenfell^Ottoline").Text(0x0010, 0x0020, "LO", "MRN4455667").Text(0x0010, 0x1010, "AS", "061Y")
        .Text(0x0020, 0x000d, "UI", "1.2.3.1").Text(0x0020, 0x000e, "UI", "1.2.3.2").Text(0x0020, 0x0032, "DS", "-100", "-90.5", "1e1")
        .Text(0x0020, 0x0037, "DS", "1", "0", "0", "0", "1", "0").Number(0x0028, 0x0002, 1).Text(0x0028, 0x0004, "CS", "MONOCHROME2").Text(0x0028, 0x0008, "IS", $"{frames}")
        .Number(0x0028, 0x0010, 16).Number(0x0028, 0x0011, 16).Text(0x0028, 0x0030, "DS", "0.5", "0.75").Number(0x0028, 0x0100, 16).Number(0x0028, 0x0101, 16)
        .Number(0x0028, 0x0102, 15).Number(0x0028, 0x0103, 1).Text(0x0028, 0x1052, "DS", "-1024").Text(0x0028, 0x1053, "DS", "1");
}
