using System.Runtime.InteropServices;

namespace Scanlock.Intake.Dicom;

/// <summary>How a data set's elements are written (PS3.5 7.1, 7.3).</summary>
/// <param name="NamesTypes">Explicit VR.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DicomEncoding(bool NamesTypes, bool BigEndian)
{
    internal static DicomEncoding ImplicitLittle => new(NamesTypes: false, BigEndian: false);

    internal static DicomEncoding ExplicitLittle => new(NamesTypes: true, BigEndian: false);
}

/// <summary>The head of an element: what stands before its value.</summary>
/// <param name="Vr">As the object names it or the dictionary knows it, else <c>UN</c>.</param>
/// <param name="Length">Bytes of the value; <see cref="Undefined"/> where delimiters end it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ElementHead(DicomTag Tag, string Vr, uint Length)
{
    internal const uint Undefined = uint.MaxValue;

    internal bool IsUndefined => Length == Undefined;
}
