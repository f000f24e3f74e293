using System.Buffers.Binary;
using System.Globalization;

namespace Scanlock.Cli.Phantoms;

/// <summary>A slice as the CT image a scanner would send: real structure, invented values.</summary>
internal static class PhantomObject
{
    internal const string CtImage = "1.2.840.10008.5.1.4.1.1.2";

    // What twelve bits hold from the usual intercept on.
    internal const short LowestUnit = Intercept;
    internal const short HighestUnit = Intercept + 4095;

    private const short Intercept = -1024;
    private const double FieldOfView = 360;
    private const double SliceDistance = 5;

    /// <param name="patient">Whose.</param>
    /// <param name="uids">Study, series and instance.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="index">The slice's number in its series, from 1.</param>
    /// <param name="units">Hounsfield units, row by row.</param>
    internal static byte[] Write(PhantomPatient patient, PhantomUids uids, int size, int index, short[] units) => new DicomWriter()
        .Text(0x0008, 0x0005, "CS", "ISO_IR 192")
        .Text(0x0008, 0x0008, "CS", "ORIGINAL", "PRIMARY", "AXIAL")
        .Text(0x0008, 0x0016, "UI", CtImage)
        .Text(0x0008, 0x0018, "UI", uids.Instance)
        .Text(0x0008, 0x0020, "DA", patient.StudyDate)
        .Text(0x0008, 0x0030, "TM", "101500")
        .Text(0x0008, 0x0050, "SH", patient.Accession)
        .Text(0x0008, 0x0060, "CS", "CT")
        .Text(0x0008, 0x0070, "LO", "Scanlock phantoms")
        .Text(0x0008, 0x0080, "LO", patient.Institution)
        .Text(0x0008, 0x0090, "PN", patient.Physician)
        .Text(0x0008, 0x1030, "LO", $"Chest of {patient.GivenName} {patient.FamilyName}")
        .Text(0x0009, 0x0010, "LO", "SCANLOCK PHANTOM")
        .Text(0x0009, 0x1001, "LT", $"Called {patient.FamilyName} at {patient.Phone}")
        .Text(0x0010, 0x0010, "PN", $"{patient.FamilyName}^{patient.GivenName}")
        .Text(0x0010, 0x0020, "LO", patient.Id)
        .Text(0x0010, 0x0030, "DA", patient.BirthDate)
        .Text(0x0010, 0x0040, "CS", patient.Sex)
        .Text(0x0010, 0x1040, "LO", patient.Address)
        .Text(0x0010, 0x2154, "SH", patient.Phone)
        .Text(0x0018, 0x0050, "DS", Decimal(SliceDistance))
        .Text(0x0018, 0x0060, "DS", "120")
        .Text(0x0018, 0x5100, "CS", "HFS")
        .Text(0x0020, 0x000d, "UI", uids.Study)
        .Text(0x0020, 0x000e, "UI", uids.Series)
        .Text(0x0020, 0x0010, "SH", "1")
        .Text(0x0020, 0x0011, "IS", "2")
        .Text(0x0020, 0x0013, "IS", Decimal(index))
        .Text(0x0020, 0x0032, "DS", Decimal(-FieldOfView / 2), Decimal(-FieldOfView / 2), Decimal(-SliceDistance * index))
        .Text(0x0020, 0x0037, "DS", "1", "0", "0", "0", "1", "0")
        .Text(0x0020, 0x0052, "UI", uids.Frame)
        .Number(0x0028, 0x0002, 1)
        .Text(0x0028, 0x0004, "CS", "MONOCHROME2")
        .Number(0x0028, 0x0010, (ushort)size)
        .Number(0x0028, 0x0011, (ushort)size)
        .Text(0x0028, 0x0030, "DS", Decimal(FieldOfView / size), Decimal(FieldOfView / size))
        .Number(0x0028, 0x0100, 16)
        .Number(0x0028, 0x0101, 12)
        .Number(0x0028, 0x0102, 11)
        .Number(0x0028, 0x0103, 0)
        .Text(0x0028, 0x1050, "DS", "-600")
        .Text(0x0028, 0x1051, "DS", "1500")
        .Text(0x0028, 0x1052, "DS", Decimal(Intercept))
        .Text(0x0028, 0x1053, "DS", "1")
        .Text(0x0028, 0x1054, "LO", "HU")
        .Bytes(0x7fe0, 0x0010, "OW", Stored(units))
        .ToFile(CtImage, uids.Instance);

    private static byte[] Stored(short[] units)
    {
        var bytes = new byte[units.Length * sizeof(ushort)];
        for (var index = 0; index < units.Length; index++)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(index * sizeof(ushort)), (ushort)(units[index] - Intercept));
        }

        return bytes;
    }

    // A decimal string has at most 16 characters (PS3.5 6.2).
    private static string Decimal(double value) => value.ToString("0.########", CultureInfo.InvariantCulture);
}

/// <summary>UIDs below 2.25, the arc for random ones (PS3.5 B.2).</summary>
internal sealed record PhantomUids(string Study, string Series, string Frame, string Instance)
{
    internal static PhantomUids For(long seed, int patient, int slice) =>
        new(Uid(seed, patient, -1), Uid(seed, patient, -2), Uid(seed, patient, -3), Uid(seed, patient, slice));

    private static string Uid(long seed, int patient, int thing)
    {
        var random = PhantomRandom.For(seed, patient, 4, thing);
        return $"2.25.{new UInt128(random.Next() >> 1, random.Next())}";
    }
}
