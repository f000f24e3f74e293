using System.Buffers.Binary;
using System.Text;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>Made-up CT slices as DICOM (explicit VR little endian), for what a hospital would send. Nobody's data.</summary>
internal sealed record Phantom
{
    public string Patient { get; init; } = "PHANTOM-0001";
    public string PatientName { get; init; } = "Nobody^Nemo";
    public string Accession { get; init; } = "ACC-0001";
    public string Study { get; init; } = "1.2.826.0.1.3680043.8.498.1";
    public string Series { get; init; } = "1.2.826.0.1.3680043.8.498.1.1";
    public string Sop { get; init; } = "1.2.826.0.1.3680043.8.498.1.1.1";
    public string SopClass { get; init; } = "1.2.840.10008.5.1.4.1.1.2";
    public string Modality { get; init; } = "CT";
    public string ImageType { get; init; } = @"ORIGINAL\PRIMARY\AXIAL";
    public string? BodyPart { get; init; }
    public int Slice { get; init; } = 1;
    public int Side { get; init; } = 32;

    /// <summary>Stored values are HU + 1024; a value per pixel that a search through files would find.</summary>
    public ushort Fill { get; init; } = 1024;

    /// <summary>The n-th slice of the m-th patient, all different.</summary>
    public static Phantom Of(int patient, int slice) => new()
    {
        Patient = $"PHANTOM-{patient:0000}",
        PatientName = $"Nobody^Nemo{patient:0000}",
        Accession = $"ACC-{patient:0000}",
        Study = $"1.2.826.0.1.3680043.8.498.{patient}",
        Series = $"1.2.826.0.1.3680043.8.498.{patient}.1",
        Sop = $"1.2.826.0.1.3680043.8.498.{patient}.1.{slice}",
        Slice = slice,
        Fill = (ushort)(1000 + (patient * 31) + slice),
    };

    public byte[] ToDicom()
    {
        var meta = new MemoryStream();
        Write(meta, 0x0002, 0x0002, "UI", SopClass);
        Write(meta, 0x0002, 0x0003, "UI", Sop);
        Write(meta, 0x0002, 0x0010, "UI", "1.2.840.10008.1.2.1");
        var file = new MemoryStream();
        file.Write(new byte[128]);
        file.Write("DICM"u8);
        Write(file, 0x0002, 0x0000, "UL", BitConverter.GetBytes((uint)meta.Length));
        meta.WriteTo(file);
        Write(file, 0x0008, 0x0008, "CS", ImageType);
        Write(file, 0x0008, 0x0016, "UI", SopClass);
        Write(file, 0x0008, 0x0018, "UI", Sop);
        Write(file, 0x0008, 0x0050, "SH", Accession);
        Write(file, 0x0008, 0x0060, "CS", Modality);
        Write(file, 0x0010, 0x0010, "PN", PatientName);
        Write(file, 0x0010, 0x0020, "LO", Patient);
        if (BodyPart is not null)
        {
            Write(file, 0x0018, 0x0015, "CS", BodyPart);
        }

        Write(file, 0x0018, 0x0050, "DS", "5");
        Write(file, 0x0020, 0x000d, "UI", Study);
        Write(file, 0x0020, 0x000e, "UI", Series);
        Write(file, 0x0020, 0x0013, "IS", $"{Slice}");
        Write(file, 0x0020, 0x0032, "DS", $@"0\0\{Slice * 5}");
        Write(file, 0x0020, 0x0037, "DS", @"1\0\0\0\1\0");
        WriteImage(file);
        return file.ToArray();
    }

    private void WriteImage(Stream file)
    {
        Write(file, 0x0028, 0x0002, "US", BitConverter.GetBytes((ushort)1));
        Write(file, 0x0028, 0x0004, "CS", "MONOCHROME2");
        Write(file, 0x0028, 0x0010, "US", BitConverter.GetBytes((ushort)Side));
        Write(file, 0x0028, 0x0011, "US", BitConverter.GetBytes((ushort)Side));
        Write(file, 0x0028, 0x0030, "DS", @"0.7\0.7");
        Write(file, 0x0028, 0x0100, "US", BitConverter.GetBytes((ushort)16));
        Write(file, 0x0028, 0x0101, "US", BitConverter.GetBytes((ushort)16));
        Write(file, 0x0028, 0x0102, "US", BitConverter.GetBytes((ushort)15));
        Write(file, 0x0028, 0x0103, "US", BitConverter.GetBytes((ushort)0));
        Write(file, 0x0028, 0x1052, "DS", "-1024");
        Write(file, 0x0028, 0x1053, "DS", "1");
        Write(file, 0x7fe0, 0x0010, "OW", Pixels());
    }

    private byte[] Pixels()
    {
        var pixels = new byte[Side * Side * sizeof(ushort)];
        for (var i = 0; i < Side * Side; i++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(pixels.AsSpan(i * sizeof(ushort)), (ushort)(Fill + (i % 7)));
        }

        return pixels;
    }

    private static void Write(Stream file, ushort group, ushort element, string vr, string text)
    {
        var padding = text.Length % 2 == 0 ? "" : vr == "UI" ? "\0" : " ";
        Write(file, group, element, vr, Encoding.ASCII.GetBytes(text + padding));
    }

    private static void Write(Stream file, ushort group, ushort element, string vr, byte[] value)
    {
        using var writer = new BinaryWriter(file, Encoding.ASCII, leaveOpen: true);
        writer.Write(group);
        writer.Write(element);
        writer.Write(Encoding.ASCII.GetBytes(vr));
        if (vr == "OW")
        {
            writer.Write((ushort)0);
            writer.Write((uint)value.Length);
        }
        else
        {
            writer.Write((ushort)value.Length);
        }

        writer.Write(value);
    }
}
