using System.Globalization;
using System.Runtime.InteropServices;
using Scanlock.Cli.Phantoms;

namespace Scanlock.Intake.Bench;

/// <summary>Invented CT slices, each unlike every other: a body with two lungs, an offset of its own, and noise of 25 HU.</summary>
internal sealed class CtObjects
{
    internal const string CtImage = "1.2.840.10008.5.1.4.1.1.2";
    internal const string EnhancedCtImage = "1.2.840.10008.5.1.4.1.1.2.1";
    internal const int SlicesPerPatient = 50;
    private const int NoiseLength = (1 << 20) + 7;

    private readonly int size;
    private readonly short[] body;
    private readonly short[] noise = new short[NoiseLength];

    internal CtObjects(int size)
    {
        this.size = size;
        body = Body(size);
        var random = new Random(7);
        for (var i = 0; i < noise.Length; i++)
        {
            // Box and Muller: A Note on the Generation of Random Normal Deviates, Annals of Mathematical Statistics, 1958.
            noise[i] = (short)Math.Round(25 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }
    }

    internal static string Patient(int number) => $"P{number / SlicesPerPatient:00000}";

    /// <summary>One slice as 12 bits stored, row by row, little endian.</summary>
    internal byte[] Pixels(int number)
    {
        var pixels = new byte[body.Length * sizeof(short)];
        var words = MemoryMarshal.Cast<byte, short>(pixels.AsSpan());
        var at = (int)((number * 7919L) % NoiseLength);
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = (short)Math.Clamp(body[i] + noise[at] + (number % 5), 0, 4095);
            at = at + 1 == NoiseLength ? 0 : at + 1;
        }

        return pixels;
    }

    internal byte[] Slice(int number) => Header(number, CtImage).Bytes(0x7fe0, 0x0010, "OW", Pixels(number)).ToFile(CtImage, Instance(number));

    /// <summary>All that stands before the pixels of one object with so many frames, the head of the pixels' element included.</summary>
    internal byte[] FramesHeader(int number, int frames)
    {
        var file = Header(number, EnhancedCtImage, frames).Bytes(0x7fe0, 0x0010, "OW", []).ToFile(EnhancedCtImage, Instance(number));
        MemoryMarshal.Write(file.AsSpan(file.Length - sizeof(uint)), checked((uint)((long)frames * body.Length * sizeof(short))));
        return file;
    }

    private static string Instance(int number) => $"1.2.826.0.1.3680043.10.1500.{number / SlicesPerPatient}.{1 + (number % SlicesPerPatient)}";

    private DicomWriter Header(int number, string kind, int? frames = null)
    {
        var (patient, slice) = Math.DivRem(number, SlicesPerPatient);
        var writer = new DicomWriter()
            .Text(0x0008, 0x0005, "CS", "ISO_IR 192").Text(0x0008, 0x0008, "CS", "ORIGINAL", "PRIMARY", "AXIAL")
            .Text(0x0008, 0x0016, "UI", kind).Text(0x0008, 0x0018, "UI", Instance(number))
            .Text(0x0008, 0x0020, "DA", "20250314").Text(0x0008, 0x0030, "TM", "101500").Text(0x0008, 0x0050, "SH", $"A{patient:00000}")
            .Text(0x0008, 0x0060, "CS", "CT").Text(0x0008, 0x0070, "LO", "Scanlock phantoms").Text(0x0008, 0x1030, "LO", "Chest")
            .Text(0x0010, 0x0010, "PN", $"Bench^Patient{patient}").Text(0x0010, 0x0020, "LO", Patient(number)).Text(0x0010, 0x0030, "DA", "19610205")
            .Text(0x0010, 0x0040, "CS", "F").Text(0x0018, 0x0050, "DS", "1").Text(0x0018, 0x0060, "DS", "120")
            .Text(0x0020, 0x000d, "UI", $"1.2.826.0.1.3680043.10.1500.1.{patient}").Text(0x0020, 0x000e, "UI", $"1.2.826.0.1.3680043.10.1500.2.{patient}")
            .Text(0x0020, 0x0011, "IS", "2").Text(0x0020, 0x0013, "IS", (slice + 1).ToString(CultureInfo.InvariantCulture))
            .Text(0x0020, 0x0032, "DS", "-180", "-180", (-slice).ToString(CultureInfo.InvariantCulture)).Text(0x0020, 0x0037, "DS", "1", "0", "0", "0", "1", "0")
            .Number(0x0028, 0x0002, 1).Text(0x0028, 0x0004, "CS", "MONOCHROME2");
        if (frames is { } count)
        {
            writer.Text(0x0028, 0x0008, "IS", count.ToString(CultureInfo.InvariantCulture));
        }

        return writer.Number(0x0028, 0x0010, (ushort)size).Number(0x0028, 0x0011, (ushort)size).Text(0x0028, 0x0030, "DS", "0.7", "0.7")
            .Number(0x0028, 0x0100, 16).Number(0x0028, 0x0101, 12).Number(0x0028, 0x0102, 11).Number(0x0028, 0x0103, 0)
            .Text(0x0028, 0x1052, "DS", "-1024").Text(0x0028, 0x1053, "DS", "1").Text(0x0028, 0x1054, "LO", "HU");
    }

    private static short[] Body(int size)
    {
        var made = new short[size * size];
        for (var i = 0; i < made.Length; i++)
        {
            var (y, x) = (((i / size) + 0.5) / size, ((i % size) + 0.5) / size);
            var isLung = Inside(x, y, 0.3, 0.5, 0.15, 0.28) || Inside(x, y, 0.7, 0.5, 0.15, 0.28);
            made[i] = (short)(1024 + (isLung ? -850 : Inside(x, y, 0.5, 0.75, 0.06, 0.06) ? 450 : Inside(x, y, 0.5, 0.5, 0.46, 0.4) ? 40 : -1000));
        }

        return made;
    }

    private static bool Inside(double x, double y, double centreX, double centreY, double radiusX, double radiusY) =>
        Math.Pow((x - centreX) / radiusX, 2) + Math.Pow((y - centreY) / radiusY, 2) < 1;
}
