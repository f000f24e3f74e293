using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Intake;

/// <summary>Why the intake does not take an object in: the closed list.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RefusalCode>))]
public enum RefusalCode
{
    [JsonStringEnumMemberName("not-dicom")]
    NotDicom,

    [JsonStringEnumMemberName("damaged")]
    Damaged,

    [JsonStringEnumMemberName("too-large")]
    TooLarge,

    [JsonStringEnumMemberName("no-pixels")]
    NoPixels,

    [JsonStringEnumMemberName("no-identifiers")]
    NoIdentifiers,

    [JsonStringEnumMemberName("unsupported-encoding")]
    UnsupportedEncoding,

    [JsonStringEnumMemberName("unsupported-pixels")]
    UnsupportedPixels,

    [JsonStringEnumMemberName("not-hounsfield")]
    NotHounsfield,

    [JsonStringEnumMemberName("interrupted")]
    Interrupted,

    [JsonStringEnumMemberName("wrong-study")]
    WrongStudy,

    [JsonStringEnumMemberName("wrong-class")]
    WrongClass,

    [JsonStringEnumMemberName("no-mask")]
    NoMask,

    [JsonStringEnumMemberName("no-geometry")]
    NoGeometry,

    [JsonStringEnumMemberName("not-axial")]
    NotAxial,
}

/// <summary>A refusal: its code, and a sentence for people. The sentences are these and no others, so nothing of an object can be in one (P11).</summary>
public sealed record IntakeRefusal
{
    private IntakeRefusal(RefusalCode code, string sentence)
    {
        Code = code;
        Sentence = sentence;
    }

    public RefusalCode Code { get; }

    public string Sentence { get; }

    /// <summary>The code as it is written: <c>not-dicom</c>.</summary>
    public string CodeName => JsonSerializer.Serialize(Code, ContractsJson.Default.RefusalCode).Trim('"');

    /// <summary>The decoder died on the object.</summary>
    public static IntakeRefusal DecoderStopped { get; } = new(RefusalCode.Damaged, "The object is damaged: the decoder stopped on it.");

    /// <summary>The decoder was stopped at <see cref="IntakeProtocol.ObjectTime"/>.</summary>
    public static IntakeRefusal DecoderTooSlow { get; } = new(
        RefusalCode.Damaged, $"The object is damaged: the decoder was still at it after {IntakeProtocol.ObjectTime.TotalSeconds:0} seconds.");

    /// <summary>The refusal a worker's code stands for.</summary>
    public static IntakeRefusal Of(RefusalCode code) => new(code, code switch
    {
        RefusalCode.NotDicom => "This is neither a DICOM object nor a NIfTI volume.",
        RefusalCode.Damaged => "The object is damaged: it ends early, or its parts contradict each other.",
        RefusalCode.TooLarge => $"The object is too large: the bounds are {IntakeProtocol.MaxObjectBytes >> 30} GiB, {IntakeProtocol.MaxFrames} frames, and {IntakeProtocol.MaxSide} rows and columns.",
        RefusalCode.NoPixels => "The object holds no pixels.",
        RefusalCode.NoIdentifiers => "The object does not say which series it is of, or names neither a patient nor a study.",
        RefusalCode.UnsupportedEncoding => "The object's transfer syntax is not one that is read.",
        RefusalCode.UnsupportedPixels => "The object's pixels are not of a form that is read: one grey sample (MONOCHROME2) of 8 or 16 bits.",
        RefusalCode.NotHounsfield => "The object's pixels cannot be told in Hounsfield units: its rescale is missing, unusable or of another type.",
        RefusalCode.Interrupted => "The intake worker stopped before the whole object had reached it; send the object again.",
        RefusalCode.WrongStudy => "The object is of another study than the one it was sent to.",
        RefusalCode.WrongClass => "The object's file meta information names another SOP class than its data set.",
        RefusalCode.NoMask => "The object marks nothing that counts, or does not say on which images.",
        RefusalCode.NoGeometry => "The volume does not say how it lies in the patient: its affine is missing, sheared or not in millimetres.",
        RefusalCode.NotAxial => "The volume's slices are not axial: its third axis must be the one along the body.",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No such code."),
    });
}
