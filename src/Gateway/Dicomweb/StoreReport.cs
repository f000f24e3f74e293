using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Datasets.Uploads;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>What became of one part.</summary>
/// <param name="Sop">What its sender calls it, where it says.</param>
internal sealed record StoredPart(SopReference? Sop, ObjectOutcome Outcome)
{
    public bool IsKept => Outcome.Outcome is UploadOutcomes.Stored or UploadOutcomes.Duplicate or UploadOutcomes.Quarantined;

    public ushort? Warning => Outcome.Outcome == UploadOutcomes.Quarantined ? FailureReasons.QuarantineWarning : null;

    public ushort? Failure => IsKept ? null : FailureReasons.Of(Outcome.Code!);
}

/// <summary>What became of a store request: its parts in order, and why it could not be read to its end, where it could not.</summary>
internal sealed record StoreReport(IReadOnlyList<StoredPart> Parts, ushort? Unread)
{
    /// <summary>PS3.18 10.5.3: all stored, some stored or with warnings, none stored.</summary>
    public int Status =>
        !Parts.Any(part => part.IsKept) ? StatusCodes.Status409Conflict
        : Unread is null && Parts.All(part => part is { IsKept: true, Warning: null }) ? StatusCodes.Status200OK
        : StatusCodes.Status202Accepted;
}

/// <summary>The standard's codes for why something was not stored (PS3.18 10.5.3, PS3.7 annex C) or was with a remark.</summary>
internal static class FailureReasons
{
    public const ushort ProcessingFailure = 0x0110;
    public const ushort NotAuthorized = 0x0124;
    public const ushort OutOfResources = 0xA700;
    public const ushort DoesNotMatchSopClass = 0xA900;
    public const ushort CannotUnderstand = 0xC000;
    public const ushort TransferSyntaxNotSupported = 0xC122;

    /// <summary>"Data set does not match SOP class", which of the three warnings comes closest: kept, but apart, until a steward has decided.</summary>
    public const ushort QuarantineWarning = 0xB007;

    /// <summary>Codes of the gateway's own, beside those of the intake.</summary>
    public const string NotAuthorizedCode = "not-authorized";
    public const string ConflictCode = "conflict";
    public const string BusyCode = "busy";

    /// <summary>The reason for a code of the intake, or of the gateway's own.</summary>
    public static ushort Of(string code) => code switch
    {
        NotAuthorizedCode => NotAuthorized,
        ConflictCode => ProcessingFailure,
        BusyCode => OutOfResources,
        _ => Of(JsonSerializer.Deserialize($"\"{code}\"", ContractsJson.Strict.RefusalCode)),
    };

    public static ushort Of(RefusalCode code) => code switch
    {
        RefusalCode.TooLarge => OutOfResources,
        RefusalCode.UnsupportedEncoding => TransferSyntaxNotSupported,
        RefusalCode.WrongStudy or RefusalCode.WrongClass or RefusalCode.NoIdentifiers or RefusalCode.NoPixels or RefusalCode.NoMask => DoesNotMatchSopClass,
        RefusalCode.NotDicom or RefusalCode.Damaged or RefusalCode.UnsupportedPixels or RefusalCode.NotHounsfield
            or RefusalCode.NoGeometry or RefusalCode.NotAxial => CannotUnderstand,
        RefusalCode.Interrupted => ProcessingFailure,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No such code."),
    };
}
