using System.Text.Json.Serialization;
using Scanlock.Contracts.Datasets;

namespace Scanlock.Contracts.Intake;

/// <summary>The worker's first words.</summary>
/// <param name="Decoder">The decoder's version, where it could be loaded.</param>
/// <param name="WhyNot">Why this worker cannot work, else null.</param>
public sealed record IntakeGreeting(int V, string? Decoder, string? WhyNot) : IVersioned;

/// <summary>What the host wants of the object that follows.</summary>
/// <param name="Ordinal">The object's number in its upload: the only name it has here.</param>
/// <param name="Samples">Whether the samples in it are wanted.</param>
/// <param name="Text">What is done about text in the pixels.</param>
/// <param name="Rendition">
/// How the object is to be de-identified and given back; null where no rendition is wanted. Where no samples are either, it is a DICOMDIR's files.
/// </param>
public sealed record IntakeTask(int V, long Ordinal, bool Samples, BurnedInTextRule Text, RenditionTask? Rendition) : IVersioned
{
    /// <summary>What of masks counts; null where all of them do.</summary>
    [JsonRequired]
    public MaskTask? Masks { get; init; }
}

/// <param name="Options">What the de-identification keeps.</param>
/// <param name="Key">
/// 32 bytes, base64url: what UIDs, dates and patients are replaced by depends on it. A subkey for nothing else, for the worker takes hostile objects.
/// </param>
public sealed record RenditionTask(DeidentificationOptions Options, string Key)
{
    /// <summary>Only the type's name: the key must not reach a log by accident.</summary>
    public override string ToString() => nameof(RenditionTask);
}

/// <summary>What is done about an object with text in its pixels.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BurnedInTextRule>))]
public enum BurnedInTextRule
{
    /// <summary>It is quarantined.</summary>
    [JsonStringEnumMemberName("quarantine")]
    Quarantine,

    /// <summary>The text is painted over.</summary>
    [JsonStringEnumMemberName("mask")]
    Mask,
}

/// <summary>The kinds of message a worker sends: one byte, a uint32 length and as many bytes of JSON, a uint32 length and as many bytes of content.</summary>
public enum IntakeMessageKind
{
    /// <summary>It has the task. JSON: <see cref="IntakeBegun"/>. A worker that ends before it was not ended by the object.</summary>
    Begun = 1,

    /// <summary>Whose the object is. JSON: <see cref="IntakeHead"/>. Before every other message but <see cref="Begun"/> and a refusal.</summary>
    Head = 2,

    /// <summary>One sample. JSON: <see cref="IntakeSample"/>; content: its pixels, int16 Hounsfield units, little endian, row by row.</summary>
    Sample = 3,

    /// <summary>The next bytes of the de-identified object. JSON: <see cref="IntakeRendition"/>; content: at most <see cref="IntakeProtocol.MaxChunkBytes"/>.</summary>
    Rendition = 4,

    /// <summary>What became of the object. JSON: <see cref="IntakeVerdict"/>. The last message.</summary>
    Verdict = 5,

    /// <summary>A file that a DICOMDIR lists, where neither samples nor a rendition are wanted. JSON: <see cref="IntakeReference"/>.</summary>
    Reference = 6,

    /// <summary>One slice's mask. JSON: <see cref="IntakeMask"/>; content: what it marks, as its form says.</summary>
    Mask = 7,
}

/// <summary>A message as it came, not yet believed.</summary>
public sealed record IntakeMessage(IntakeMessageKind Kind, ReadOnlyMemory<byte> Json, MessageContent Content);

public sealed record IntakeBegun(long Ordinal);

/// <summary>
/// What an object says of whose it is. For the host's memory only: it is matched with labels, hashed with a key and forgotten; it is never stored,
/// logged or sent on, but the SOP UIDs back to who sent the object.
/// </summary>
/// <remarks>Real objects lack what they must have. Of an object with samples there is always a series, and a patient id or a study.</remarks>
public sealed record IntakeHead(
    string? SopClassUid, string? SopInstanceUid, string? SeriesUid, string? StudyUid, string? Accession, string? PatientId, string? PatientIdIssuer)
{
    /// <summary>A NIfTI volume's: it says nothing of whose it is.</summary>
    public static IntakeHead OfVolume { get; } = new(null, null, null, null, null, null, null);

    /// <summary>Only the type's name: a record prints its members, and these must not reach a log by accident.</summary>
    public override string ToString() => nameof(IntakeHead);
}

/// <summary>One frame of CT as a sample.</summary>
/// <param name="Frame">Its number in the object, from 0.</param>
/// <param name="Measure">What its quality is judged by.</param>
/// <param name="MaskedRegions">How many regions with text were painted over.</param>
public sealed record IntakeSample(int Frame, int Rows, int Columns, SliceFacts Slice, SliceMeasure Measure, int MaskedRegions);

/// <param name="Offset">Where the bytes that follow stand in the de-identified object.</param>
public sealed record IntakeRendition(long Offset);

/// <summary>A file that a DICOMDIR lists (Referenced File ID (0004,1500)), below the folder that holds the DICOMDIR.</summary>
/// <param name="Components">Names of folders and last of the file, as the DICOMDIR has them; whether they may be followed is for the host to see.</param>
public sealed record IntakeReference(IReadOnlyList<string> Components)
{
    /// <summary>The most files of one DICOMDIR.</summary>
    public const int MaxFiles = 200_000;

    // DICOM has at most 8 components of 8 characters (PS3.10 8.2); media are written that do not keep to it.
    private const int MaxComponents = 32;
    private const int MaxLength = 255;

    /// <summary>Whether it has no more than a path can have.</summary>
    [JsonIgnore]
    public bool IsWithinBounds => Components is { Count: >= 1 and <= MaxComponents } && Components.All(component => component.Length <= MaxLength);

    /// <summary>Whether it can lead nowhere but below the folder: no component climbs, is a path itself, or cannot be a name.</summary>
    [JsonIgnore]
    public bool IsBelow => IsWithinBounds && Components.All(component => component is not ("" or "." or "..") && component.All(c => c is not ('/' or '\\' or ':') && !char.IsControl(c)));

    /// <summary>Only the type's name: file names can be a patient's.</summary>
    public override string ToString() => nameof(IntakeReference);
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

/// <summary>What a slice's quality is judged by, beside its facts; never part of a sample.</summary>
/// <param name="RescaleSlope">Rescale Slope (0028,1053).</param>
/// <param name="RescaleIntercept">Rescale Intercept (0028,1052).</param>
/// <param name="GantryTilt">Gantry/Detector Tilt (0018,1120), degrees; null where the object does not say.</param>
/// <param name="Lowest">The lowest value of its pixels, Hounsfield units.</param>
/// <param name="Highest">The highest.</param>
public sealed record SliceMeasure(double RescaleSlope, double RescaleIntercept, double? GantryTilt, int Lowest, int Highest);

/// <summary>What a gateway keeps of a sample besides the sample itself, to judge its quality by.</summary>
public sealed record SampleFacts(int Rows, int Columns, SliceFacts Slice, SliceMeasure Measure);

/// <summary>What became of an object: taken in, or refused, or quarantined.</summary>
/// <param name="Report">What the de-identification did, where a rendition was asked for and made.</param>
public sealed record IntakeVerdict(
    int V, long Ordinal, RefusalCode? Refused, QuarantineCode? Quarantined, DeidentificationReport? Report) : IVersioned;
