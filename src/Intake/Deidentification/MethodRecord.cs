using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>The attributes that say that, and how, an object was de-identified (PS3.15 E.1.1, PS3.3 C.7.1.1, codes of CID 7050).</summary>
internal static class MethodRecord
{
    private static readonly DicomTag IdentityRemoved = new(0x0012, 0x0062);
    private static readonly DicomTag Method = new(0x0012, 0x0063);
    private static readonly DicomTag MethodCodes = new(0x0012, 0x0064);
    private static readonly DicomTag BurnedInAnnotation = new(0x0028, 0x0301);
    private static readonly DicomTag DatesModified = new(0x0028, 0x0303);

    /// <param name="set">The data set.</param>
    /// <param name="options">By which it was de-identified.</param>
    /// <param name="hasPixels">
    /// Whether the object has pixels. All of them are searched where the options ask for it, so that NO says: searched for, and none found or all of
    /// it masked. An object that says it has text in which none is found is not given out at all.
    /// </param>
    internal static void AddTo(DicomDataSet set, DeidentificationOptions options, bool hasPixels)
    {
        var done = options with { CleanPixelData = options.CleanPixelData && hasPixels };
        foreach (var element in For(done))
        {
            set.Set(element);
        }

        if (done.CleanPixelData)
        {
            set.Set(TextValue.Ascii(BurnedInAnnotation, "CS", "NO"));
        }
    }

    private static IEnumerable<DicomElement> For(DeidentificationOptions options)
    {
        var codes = Codes(options).ToList();
        return
        [
            TextValue.Ascii(IdentityRemoved, "CS", "YES"),
            TextValue.Ascii(Method, "LO", string.Join('\\', codes.Select(code => code.Meaning))),
            new DicomSequence(MethodCodes, [.. codes.Select(code => DummyValue.Code(code.Value, "DCM", code.Meaning))]),
            TextValue.Ascii(DatesModified, "CS", options.RetainModifiedDates ? "MODIFIED" : "REMOVED"),
        ];
    }

    private static IEnumerable<(string Value, string Meaning)> Codes(DeidentificationOptions options) =>
        from code in new[]
        {
            (true, "113100", "Basic Application Confidentiality Profile"),
            (options.CleanPixelData, "113101", "Clean Pixel Data Option"),
            (options.CleanStructuredContent, "113104", "Clean Structured Content Option"),
            (options.CleanDescriptors, "113105", "Clean Descriptors Option"),
            (options.RetainModifiedDates, "113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
            (options.RetainPatientCharacteristics, "113108", "Retain Patient Characteristics Option"),
            (options.RetainDeviceIdentity, "113109", "Retain Device Identity Option"),
            (options.SafePrivate.Count > 0, "113111", "Retain Safe Private Option"),
        }
        where code.Item1
        select (code.Item2, code.Item3);
}
