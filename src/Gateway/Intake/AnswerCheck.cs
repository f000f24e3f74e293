using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Intake;

namespace Scanlock.Gateway.Intake;

/// <summary>
/// Whether a worker's answer is one that an honest worker gives. An object can break into the decoder, and what the worker then says must
/// not carry more into a sample than a sample holds (P3).
/// </summary>
internal static class AnswerCheck
{
    internal static bool IsSound(IntakeAnswer answer, long ordinal) =>
        answer.Ordinal == ordinal && answer switch
        {
            { Accepted: null, Refused: { } code } => Enum.IsDefined(code),
            { Accepted: { } accepted, Refused: null } => IsSound(accepted),
            _ => false,
        };

    private static bool IsSound(AcceptedObject accepted) =>
        accepted.Rows is >= 1 and <= IntakeProtocol.MaxSide
        && accepted.Columns is >= 1 and <= IntakeProtocol.MaxSide
        && IsSound(accepted.Identifiers)
        && IsSound(accepted.Slice);

    private static bool IsSound(ObjectIdentifiers identifiers) =>
        IsText(identifiers.SeriesUid) && (identifiers.PatientId ?? identifiers.StudyUid) is not null
        && IsTextOrNull(identifiers.SopInstanceUid) && IsTextOrNull(identifiers.StudyUid)
        && IsTextOrNull(identifiers.Accession) && IsTextOrNull(identifiers.PatientId) && IsTextOrNull(identifiers.PatientIdIssuer);

    private static bool IsSound(SliceFacts slice) =>
        HasCount(slice.Position, 3) && HasCount(slice.Orientation, 6) && HasCount(slice.Spacing, 3)
        && slice.ImageType.Count <= 16
        && slice.ImageType.All(type => SampleRecord.KnownImageTypes.Contains(type, StringComparer.Ordinal));

    private static bool HasCount(IReadOnlyList<double>? numbers, int count) => numbers is null || numbers.Count == count;

    private static bool IsText(string text) => text.Length is > 0 and <= IntakeProtocol.MaxTextLength;

    private static bool IsTextOrNull(string? text) => text is null || IsText(text);
}
