using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Intake;

/// <summary>
/// Which options of PS3.15's Basic Application Level Confidentiality Profile (annex E) an object is de-identified with. Without any, only the
/// basic profile is applied.
/// </summary>
/// <param name="CleanDescriptors">Descriptions and comments stay, without what identifies the patient (E.3.5); else they go as a whole.</param>
/// <param name="CleanStructuredContent">Content items of reports and acquisition contexts stay, cleaned (E.3.4).</param>
/// <param name="RetainModifiedDates">Dates stay, all of a patient's moved by the same number of days (E.3.6); else they go.</param>
/// <param name="RetainPatientCharacteristics">Sex, age (at most 89 years), size, weight and the like stay (E.3.7).</param>
/// <param name="RetainDeviceIdentity">What tells which device made the object stays (E.3.8).</param>
/// <param name="CleanPixelData">Burned-in text is masked (E.3.1). The header only says so; who decodes the pixels does it.</param>
/// <param name="SafePrivate">The private elements that stay (E.3.10), each as <c>CREATOR,gggg,ee</c>: the creator as its element says it, the
/// group, and the element's number in the creator's block, both in hexadecimal digits.</param>
public sealed record DeidentificationOptions(
    bool CleanDescriptors,
    bool CleanStructuredContent,
    bool RetainModifiedDates,
    bool RetainPatientCharacteristics,
    bool RetainDeviceIdentity,
    bool CleanPixelData,
    IReadOnlyList<string> SafePrivate)
{
    /// <summary>Every option, and no private element: what keeps the most of an object that is still worth keeping.</summary>
    public static DeidentificationOptions All { get; } = new(true, true, true, true, true, true, []);

    /// <summary>The basic profile alone.</summary>
    public static DeidentificationOptions Basic { get; } = new(false, false, false, false, false, false, []);
}

/// <summary>What was done to an object's header and pixels. It holds tags, never a value.</summary>
/// <param name="Counts">How often each action was taken.</param>
/// <param name="Elements">Where: the elements that changed, in the object's order, at most <see cref="MaxElements"/> of them.</param>
/// <param name="MaskedRegions">How many regions of the pixels were masked.</param>
public sealed record DeidentificationReport(
    IReadOnlyDictionary<DeidentificationAction, int> Counts, IReadOnlyList<DeidentifiedElement> Elements, int MaskedRegions)
{
    public const int MaxElements = 500;
}

/// <summary>An element that changed.</summary>
/// <param name="Path">Its tag, after those of the sequences it lies in with the number of the item: <c>(0040,0275)[1].(0040,1001)</c>.</param>
/// <param name="Action">What was done to it.</param>
public sealed record DeidentifiedElement(string Path, DeidentificationAction Action);

/// <summary>What de-identification does to an element.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DeidentificationAction>))]
public enum DeidentificationAction
{
    [JsonStringEnumMemberName("removed")]
    Removed,

    [JsonStringEnumMemberName("emptied")]
    Emptied,

    [JsonStringEnumMemberName("replaced")]
    Replaced,

    /// <summary>A text of which a part went.</summary>
    [JsonStringEnumMemberName("cleaned")]
    Cleaned,

    /// <summary>A date, by the patient's number of days.</summary>
    [JsonStringEnumMemberName("shifted")]
    Shifted,

    /// <summary>A UID, for another one that is always the same for it in a dataset.</summary>
    [JsonStringEnumMemberName("remapped")]
    Remapped,

    /// <summary>Of the record of the de-identification itself.</summary>
    [JsonStringEnumMemberName("added")]
    Added,
}
