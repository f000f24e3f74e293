using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>What happens to an element.</summary>
internal enum Treatment
{
    /// <summary>It stays; a text without what is known of the patient.</summary>
    Keep,

    /// <summary>A text stays without what is known of the patient or looks like an identifier.</summary>
    Clean,
    Remove,
    Empty,

    /// <summary>A value that says nothing takes its place.</summary>
    Replace,
    Remap,
    Shift,

    /// <summary>A sequence stays, its items are de-identified.</summary>
    Descend,
}

/// <summary>Decides it, from the profile, the options and the element's type.</summary>
internal sealed class Treatments(DeidentificationOptions options)
{
    private const ushort CurveGroups = 0x5000;
    private const ushort OverlayGroups = 0x6000;
    private const ushort MacGroup = 0x4ffe;
    private const ushort MetaGroup = 0x0002;
    private const ushort MediaStorageInstance = 0x0003;

    // Version, class and encoding. The rest says who wrote, sent and received the file (PS3.10 7.1); who writes the new one says who it is.
    private static readonly HashSet<ushort> MetaKept = [0x0001, 0x0002, 0x0010];

    // UIDs that name a kind of thing, not a thing: classes, encodings, codes. Those that only a vendor has (a private SOP class) must stay too.
    private static readonly HashSet<uint> KindUids =
    [
        0x00020002, 0x00020010, 0x00041510, 0x00041512, 0x0004151a, 0x00080016, 0x0008001a, 0x0008001b, 0x00080062, 0x0008010c, 0x0008010d,
        0x00080117, 0x00080118, 0x00081150, 0x0008115a, 0x04000010, 0x04000510,
    ];

    /// <summary>What the profile or, where it does not name the attribute, caution asks for. Private elements are decided elsewhere.</summary>
    internal Treatment Of(DicomElement element, IodTypes types)
    {
        var tag = element.Tag;
        if (tag.Group == MetaGroup)
        {
            return tag.Element is MediaStorageInstance ? Treatment.Remap : MetaKept.Contains(tag.Element) ? Treatment.Keep : Treatment.Remove;
        }

        if (tag.Element == 0 || (tag.Group & 0xff00) is CurveGroups or OverlayGroups || tag.Group is MacGroup or > 0x7fe0)
        {
            return Treatment.Remove;
        }

        return ConfidentialityProfile.Find(tag) is { } rule
            ? Of(rule, element, types)
            : DicomDictionary.Find(tag, signed: false) is null ? Treatment.Remove : OfUnlisted(element);
    }

    /// <summary>What is done to values of a type, whatever attribute they are of.</summary>
    private Treatment OfUnlisted(DicomElement element) => element.Vr switch
    {
        "SQ" => Treatment.Descend,
        "UI" => KindUids.Contains(element.Tag.Value) ? Treatment.Keep : Treatment.Remap,
        "DA" or "DT" => options.RetainModifiedDates ? Treatment.Shift : Treatment.Empty,
        "TM" => options.RetainModifiedDates ? Treatment.Keep : Treatment.Empty,
        "PN" => Treatment.Replace,
        // An address of a server tells whose server it is.
        "UR" => Treatment.Remove,
        "ST" or "LT" or "UT" => Treatment.Clean,
        "UN" => Treatment.Remove,
        _ => Treatment.Keep,
    };

    /// <summary>What is done to a private element that is known to be safe: it stays, and what its type lets people write into it is searched.</summary>
    internal Treatment OfSafePrivate(DicomElement element) => element.Vr switch
    {
        "PN" => Treatment.Remove,
        "UN" => Treatment.Keep,
        "LO" or "SH" or "UC" => Treatment.Clean,
        _ => OfUnlisted(element),
    };

    private Treatment Of(ProfileRule rule, DicomElement element, IodTypes types)
    {
        if (rule.IsTemporal)
        {
            return options.RetainModifiedDates && Moved(element.Vr) is { } moved ? moved : Basic(rule, element, types);
        }

        if (options.RetainDeviceIdentity && rule.Device != Retention.None)
        {
            return Retained(rule.Device, element);
        }

        if (options.RetainPatientCharacteristics && rule.Characteristic != Retention.None)
        {
            return Retained(rule.Characteristic, element);
        }

        var cleans = (options.CleanDescriptors && rule.IsDescriptor) || (options.CleanStructuredContent && rule.IsStructured);
        return cleans && IsCleanable(element) ? Retained(Retention.Clean, element) : Basic(rule, element, types);
    }

    private static Treatment Basic(ProfileRule rule, DicomElement element, IodTypes types) => types.Resolve(rule.Basic, element.Tag) switch
    {
        BasicActions.Remap => element is DicomSequence ? Treatment.Descend : Treatment.Remap,
        BasicActions.Replace => Treatment.Replace,
        BasicActions.Empty => Treatment.Empty,
        _ => Treatment.Remove,
    };

    private static Treatment Retained(Retention retention, DicomElement element) =>
        element is DicomSequence ? Treatment.Descend : retention == Retention.Keep ? Treatment.Keep : Treatment.Clean;

    /// <summary>Texts and sequences can be cleaned; bytes that nobody can read cannot (PS3.15 E.3.5 asks for reading them).</summary>
    private static bool IsCleanable(DicomElement element) => element.Vr is "SQ" or "CS" || TextValue.IsText(element.Vr);

    private static Treatment? Moved(string vr) => vr switch
    {
        "DA" or "DT" => Treatment.Shift,
        // Of a day, and of the zone of one: the days move, these stay (E.3.6).
        "TM" or "SH" => Treatment.Keep,
        _ => null,
    };
}
