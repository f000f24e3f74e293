using System.Text.Json;
using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Intake;

/// <summary>Why an object is kept apart until a steward decides: the closed list.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QuarantineCode>))]
public enum QuarantineCode
{
    [JsonStringEnumMemberName("not-ct")]
    NotCt,

    [JsonStringEnumMemberName("localizer")]
    Localizer,

    [JsonStringEnumMemberName("secondary-capture")]
    SecondaryCapture,

    [JsonStringEnumMemberName("dose-report")]
    DoseReport,

    [JsonStringEnumMemberName("not-chest")]
    NotChest,

    [JsonStringEnumMemberName("burned-in-text")]
    BurnedInText,

    [JsonStringEnumMemberName("burned-in-identity")]
    BurnedInIdentity,
}

/// <summary>A reason for quarantine: its code, and a sentence for people. The sentences are these and no others, so nothing of an object can be in one (P11).</summary>
public sealed record QuarantineReason
{
    private QuarantineReason(QuarantineCode code, string sentence)
    {
        Code = code;
        Sentence = sentence;
    }

    public QuarantineCode Code { get; }

    public string Sentence { get; }

    /// <summary>The code as it is written: <c>not-chest</c>.</summary>
    public string CodeName => JsonSerializer.Serialize(Code, ContractsJson.Default.QuarantineCode).Trim('"');

    public static QuarantineReason Of(QuarantineCode code) => new(code, code switch
    {
        QuarantineCode.NotCt => "The object is not a CT image: its SOP class or its modality is another.",
        QuarantineCode.Localizer => "The object is a localizer (scout view), not a slice.",
        QuarantineCode.SecondaryCapture => "The object is a secondary capture or a screenshot, not a slice.",
        QuarantineCode.DoseReport => "The object is a dose report.",
        QuarantineCode.NotChest => "The object says that it shows another part of the body than the chest.",
        QuarantineCode.BurnedInText => "There is text in the object's pixels, or the object says that there is.",
        QuarantineCode.BurnedInIdentity => "A name, number or date of the object's header stands in its pixels.",
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No such code."),
    });
}
