using System.Globalization;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>One attribute of a response: a value, a sequence, or empty.</summary>
internal sealed record DicomAttribute(uint Tag, string Vr, string Keyword, string? Value, IReadOnlyList<IReadOnlyList<DicomAttribute>> Items)
{
    public string TagName => Tag.ToString("X8", CultureInfo.InvariantCulture);
}

/// <summary>
/// The Store Instances Response (PS3.18 table 10.5.3-1): what was stored, with what remark, and what was not, and why. RetrieveURL is there
/// and empty: nothing that is stored here can be retrieved.
/// </summary>
internal static class StoreResponse
{
    public static IReadOnlyList<DicomAttribute> Of(StoreReport report)
    {
        var stored = report.Parts.Where(part => part.IsKept).Select(Referenced).ToList();
        var failed = report.Parts.Where(part => part is { IsKept: false, Sop: not null }).Select(part => Failed(part.Sop!, part.Failure!.Value)).ToList();
        var other = report.Parts.Where(part => part is { IsKept: false, Sop: null }).Select(part => Other(part.Failure!.Value)).ToList();
        if (report.Unread is { } unread)
        {
            other.Add(Other(unread));
        }

        return
        [
            RetrieveUrl,
            .. Sequence(0x00081198, "FailedSOPSequence", failed),
            .. Sequence(0x00081199, "ReferencedSOPSequence", stored),
            .. Sequence(0x0008119A, "OtherFailuresSequence", other),
        ];
    }

    private static DicomAttribute RetrieveUrl => new(0x00081190, "UR", "RetrieveURL", null, []);

    private static IReadOnlyList<DicomAttribute> Referenced(StoredPart part) =>
        part.Warning is { } warning
            ? [.. Sop(part.Sop), RetrieveUrl, new(0x00081196, "US", "WarningReason", Number(warning), [])]
            : [.. Sop(part.Sop), RetrieveUrl];

    private static IReadOnlyList<DicomAttribute> Failed(SopReference sop, ushort reason) => [.. Sop(sop), FailureReason(reason)];

    private static IReadOnlyList<DicomAttribute> Other(ushort reason) => [FailureReason(reason)];

    private static DicomAttribute FailureReason(ushort reason) => new(0x00081197, "US", "FailureReason", Number(reason), []);

    /// <summary>Both empty where an object was stored that does not say what it is called.</summary>
    private static IEnumerable<DicomAttribute> Sop(SopReference? sop) =>
    [
        new(0x00081150, "UI", "ReferencedSOPClassUID", sop?.ClassUid, []),
        new(0x00081155, "UI", "ReferencedSOPInstanceUID", sop?.InstanceUid, []),
    ];

    private static IEnumerable<DicomAttribute> Sequence(uint tag, string keyword, List<IReadOnlyList<DicomAttribute>> items) =>
        items.Count == 0 ? [] : [new(tag, "SQ", keyword, null, items)];

    private static string Number(ushort value) => value.ToString(CultureInfo.InvariantCulture);
}
