using System.Globalization;
using System.Runtime.InteropServices;

namespace Scanlock.Intake.Dicom;

/// <summary>The name of an element: group and number in it (PS3.5 7.1.1). Ordered as elements are in a data set.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DicomTag(ushort Group, ushort Element) : IComparable<DicomTag>
{
    internal uint Value => ((uint)Group << 16) | Element;

    /// <summary>Whether a vendor defined it (PS3.5 7.8): its group is odd.</summary>
    internal bool IsPrivate => (Group & 1) == 1;

    /// <summary>Whether it reserves a block of private elements for who is named in its value (gggg,0010 to 00FF).</summary>
    internal bool IsPrivateCreator => IsPrivate && Element is >= 0x0010 and <= 0x00ff;

    public int CompareTo(DicomTag other) => Value.CompareTo(other.Value);

    public static bool operator <(DicomTag left, DicomTag right) => left.Value < right.Value;

    public static bool operator >(DicomTag left, DicomTag right) => left.Value > right.Value;

    public static bool operator <=(DicomTag left, DicomTag right) => left.Value <= right.Value;

    public static bool operator >=(DicomTag left, DicomTag right) => left.Value >= right.Value;

    /// <summary>As the standard writes it: <c>(0010,0020)</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"({Group:X4},{Element:X4})");
}
