using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>Values that say nothing, for attributes that may be neither absent nor empty (the profile's action D).</summary>
internal static class DummyValue
{
    internal const string Text = "REMOVED";

    private static readonly DicomTag CodeValue = new(0x0008, 0x0100);
    private static readonly DicomTag CodingScheme = new(0x0008, 0x0102);
    private static readonly DicomTag CodeMeaning = new(0x0008, 0x0104);

    internal static DicomValue For(DicomValue original) => original.Vr switch
    {
        "AS" => TextValue.Ascii(original.Tag, original.Vr, "000Y"),
        "DA" => TextValue.Ascii(original.Tag, original.Vr, "19000101"),
        "DT" => TextValue.Ascii(original.Tag, original.Vr, "19000101000000"),
        "TM" => TextValue.Ascii(original.Tag, original.Vr, "000000"),
        "DS" or "IS" => TextValue.Ascii(original.Tag, original.Vr, "0"),
        "UR" => TextValue.Ascii(original.Tag, original.Vr, "urn:removed"),
        _ when TextValue.IsText(original.Vr) => TextValue.Ascii(original.Tag, original.Vr, Text),
        _ => original with { Bytes = new byte[Math.Max(ValueRepresentation.Unit(original.Vr), 2)] },
    };

    /// <summary>One item that is valid wherever a code is asked for.</summary>
    internal static DicomDataSet Code(string value, string scheme, string meaning) => new(
    [
        TextValue.Ascii(CodeValue, "SH", value), TextValue.Ascii(CodingScheme, "SH", scheme), TextValue.Ascii(CodeMeaning, "LO", meaning),
    ]);

    internal static bool IsCode(DicomDataSet item) => item.Has(CodeValue) && item.Has(CodingScheme);
}
