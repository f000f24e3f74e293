using Scanlock.Contracts.Datasets;

namespace Scanlock.Contracts.Intake;

/// <summary>
/// How the gateway and its sandboxed intake worker speak, over the worker's standard streams. The worker starts with a greeting. Then, one
/// object after the other: the gateway sends an ordinal (int64) and the worker repeats it; the gateway sends the object in chunks (a uint32
/// length and as many bytes; a length of 0 ends the object, 0xFFFFFFFF abandons it without an answer) and the worker, when it has all of
/// it, repeats the ordinal once more; then it answers with a uint32 length, as many bytes of JSON, and the pixels the JSON announces:
/// int16 Hounsfield units, row by row. All integers are little endian. The repeats tell a worker that was dead already, or died while it
/// was only copying, from one that died of the object. The gateway takes the worker for broken into: all it says is bounded and checked.
/// </summary>
public static class IntakeProtocol
{
    /// <summary>The largest object that is looked at.</summary>
    public const long MaxObjectBytes = 512L << 20;

    /// <summary>The most rows, and the most columns.</summary>
    public const int MaxSide = 4096;

    public const int MaxChunkBytes = 64 << 10;

    public const int MaxJsonBytes = 64 << 10;

    /// <summary>The longest text taken from a header; DICOM's own bound for identifiers is 64 characters.</summary>
    public const int MaxTextLength = 256;

    internal const uint AbortMark = uint.MaxValue;

    /// <summary>How long the worker may be at one object once it has all of it.</summary>
    public static TimeSpan ObjectTime { get; } = TimeSpan.FromSeconds(10);
}

/// <summary>The worker's first words.</summary>
/// <param name="Decoder">The decoder's version, where it could be loaded.</param>
/// <param name="WhyNot">Why this worker cannot work, else null.</param>
public sealed record IntakeGreeting(int V, string? Decoder, string? WhyNot) : IVersioned;

/// <summary>The worker's answer for one object: exactly one of refused and accepted; the pixels of an accepted object follow.</summary>
public sealed record IntakeAnswer(int V, long Ordinal, RefusalCode? Refused, AcceptedObject? Accepted) : IVersioned;

/// <summary>An object that is CT and was decoded.</summary>
public sealed record AcceptedObject(ObjectIdentifiers Identifiers, SliceFacts Slice, int Rows, int Columns);

/// <summary>
/// What an object says of whose it is. For the gateway's memory only: it is matched with labels, hashed with a key and forgotten; it is
/// never stored, logged or sent on.
/// </summary>
/// <remarks>Real objects lack what they must have. There is always a series, and a patient id or a study.</remarks>
public sealed record ObjectIdentifiers(
    string? SopInstanceUid, string SeriesUid, string? StudyUid, string? Accession, string? PatientId, string? PatientIdIssuer)
{
    /// <summary>Only the type's name: a record prints its members, and these must not reach a log by accident.</summary>
    public override string ToString() => nameof(ObjectIdentifiers);
}

/// <summary>What of the header a sample keeps; see <see cref="SampleRecord"/> for each.</summary>
public sealed record SliceFacts(
    int? SliceIndex,
    IReadOnlyList<double>? Position,
    IReadOnlyList<double>? Orientation,
    IReadOnlyList<double>? Spacing,
    IReadOnlyList<string> ImageType)
{
    public SampleRecord ToSample(string patientPseudonym, string seriesPseudonym) =>
        new(Wire.Version, patientPseudonym, seriesPseudonym, SliceIndex, Position, Orientation, Spacing, ImageType);
}
