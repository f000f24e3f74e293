using System.Globalization;
using System.Text;

namespace Scanlock.Gateway.Tests.Hosting;

/// <summary>A made-up RT Structure Set with one region, as DICOM (explicit VR little endian): polygons on phantoms' slices.</summary>
/// <param name="Region">What the region is called.</param>
/// <param name="Series">The series referred to.</param>
/// <param name="Contours">Each with the image it names, if it does, and its points, mm.</param>
internal sealed record StructureSet(string Region, string Series, params (string? Sop, double[] Points)[] Contours)
{
    private const string SopClass = "1.2.840.10008.5.1.4.1.1.481.3";

    /// <summary>A second region with one contour.</summary>
    public (string Region, string? Sop, double[] Points)? Other { get; init; }

    public byte[] ToDicom() =>
    [
        .. new byte[128], .. "DICM"u8, .. Element(0x00020010, "UI", "1.2.840.10008.1.2.1"),
        .. Element(0x00080016, "UI", SopClass), .. Element(0x00080018, "UI", $"{Series}.9"), .. Element(0x00080060, "CS", "RTSTRUCT"),
        .. Element(0x00100020, "LO", "PHANTOM-0001"), .. Element(0x0020000d, "UI", "1.2.826.0.1.3680043.8.498.1"), .. Element(0x0020000e, "UI", $"{Series}.8"),
        .. Sequence(0x30060010, Sequence(0x30060012, Sequence(0x30060014, Element(0x0020000e, "UI", Series)))),
        .. Sequence(0x30060020, [.. Named.Select(region => (byte[])[.. Element(0x30060022, "IS", region.Number), .. Element(0x30060026, "LO", region.Name)])]),
        .. Sequence(0x30060039, [.. Named.Select(region => (byte[])[.. Sequence(0x30060040, [.. region.Contours.Select(Contour)]), .. Element(0x30060084, "IS", region.Number)])]),
    ];

    private List<(string Number, string Name, (string? Sop, double[] Points)[] Contours)> Named =>
        Other is { } other ? [("1", Region, Contours), ("2", other.Region, [(other.Sop, other.Points)])] : [("1", Region, Contours)];

    /// <summary>A square around pixels of a phantom, from one to another, both included.</summary>
    public static double[] Around(int slice, int first, int last)
    {
        var (low, high, z) = ((first - 0.5) * 0.7, (last + 0.5) * 0.7, slice * 5.0);
        return [low, low, z, high, low, z, high, high, z, low, high, z];
    }

    private static byte[] Contour((string? Sop, double[] Points) contour) =>
    [
        .. contour.Sop is { } sop ? Sequence(0x30060016, Element(0x00081155, "UI", sop)) : [],
        .. Element(0x30060042, "CS", "CLOSED_PLANAR"),
        .. Element(0x30060050, "DS", string.Join('\\', contour.Points.Select(number => number.ToString(CultureInfo.InvariantCulture)))),
    ];

    private static byte[] Sequence(uint tag, params byte[][] items) =>
        Element(tag, "SQ", [.. items.SelectMany(item => (byte[])[0xfe, 0xff, 0x00, 0xe0, .. BitConverter.GetBytes(item.Length), .. item])]);

    private static byte[] Element(uint tag, string vr, string text) =>
        Element(tag, vr, Encoding.ASCII.GetBytes(text.Length % 2 == 0 ? text : text + (vr == "UI" ? "\0" : " ")));

    private static byte[] Element(uint tag, string vr, byte[] value) =>
    [
        .. BitConverter.GetBytes((ushort)(tag >> 16)), .. BitConverter.GetBytes((ushort)tag), .. Encoding.ASCII.GetBytes(vr),
        .. vr == "SQ" ? [0, 0, .. BitConverter.GetBytes(value.Length)] : BitConverter.GetBytes((ushort)value.Length), .. value,
    ];
}
