using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Gateway;

/// <summary>What is odd about a dataset's samples, by series; from what was noted of each when it came, without opening one.</summary>
/// <param name="Samples">How many were judged: all that are not quarantined.</param>
/// <param name="Unjudged">How many of them are older than what is needed to judge them was kept.</param>
/// <param name="Quarantined">How many objects are kept apart; nothing else is said of them here.</param>
/// <param name="Counts">How many findings there are, by code; also of those not listed.</param>
/// <param name="Findings">The gravest first; at most <see cref="MaxFindings"/>.</param>
public sealed record QualityReport(
    string Dataset,
    int Series,
    int Samples,
    int Unjudged,
    int Quarantined,
    IReadOnlyDictionary<QualityCode, int> Counts,
    IReadOnlyDictionary<QualitySeverity, int> Severities,
    IReadOnlyList<QualityFinding> Findings)
{
    public const int MaxFindings = 2000;
}

/// <param name="Series">Pseudonym of the series; null where it is about a patient, or about objects that are of neither.</param>
/// <param name="Patient">Pseudonym of the patient; null where it is about a series, or about objects that are of neither.</param>
/// <param name="Count">How many slices, steps between slices or numbers it is about, as the sentence says.</param>
/// <param name="Slices">Where to look; at most <see cref="MaxSlices"/>.</param>
public sealed record QualityFinding(
    QualityCode Code, QualitySeverity Severity, string? Series, string? Patient, int Count, string Sentence, IReadOnlyList<SliceAddress> Slices)
{
    public const int MaxSlices = 50;
}

/// <summary>A sample as its uploader knows it: the object's number in its upload, and the frame, from 0.</summary>
public sealed record SliceAddress(string Upload, int Ordinal, int Frame);

/// <summary>How much a finding matters.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QualitySeverity>))]
public enum QualitySeverity
{
    /// <summary>The values or the geometry are wrong.</summary>
    [JsonStringEnumMemberName("error")]
    Error,

    /// <summary>Somebody should look.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>Common, and good to know.</summary>
    [JsonStringEnumMemberName("info")]
    Info,
}

/// <summary>What can be found: the closed list.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QualityCode>))]
public enum QualityCode
{
    /// <summary>Objects with one SOP instance UID differ in their bytes.</summary>
    [JsonStringEnumMemberName("same-instance")]
    SameInstance,

    /// <summary>Objects of different SOP instances have the same pixels.</summary>
    [JsonStringEnumMemberName("same-pixels")]
    SamePixels,

    /// <summary>Neighbouring slices are further apart than the others.</summary>
    [JsonStringEnumMemberName("gap")]
    Gap,

    /// <summary>Neighbouring slices are closer than the others.</summary>
    [JsonStringEnumMemberName("overlap")]
    Overlap,

    /// <summary>Slices lie where another lies.</summary>
    [JsonStringEnumMemberName("same-position")]
    SamePosition,

    /// <summary>The slices are further apart than they are thick.</summary>
    [JsonStringEnumMemberName("thin-slices")]
    ThinSlices,

    /// <summary>The slices are thicker than they are apart.</summary>
    [JsonStringEnumMemberName("thick-slices")]
    ThickSlices,

    [JsonStringEnumMemberName("missing-numbers")]
    MissingNumbers,

    [JsonStringEnumMemberName("repeated-numbers")]
    RepeatedNumbers,

    [JsonStringEnumMemberName("mixed-orientation")]
    MixedOrientation,

    [JsonStringEnumMemberName("mixed-spacing")]
    MixedSpacing,

    [JsonStringEnumMemberName("mixed-thickness")]
    MixedThickness,

    [JsonStringEnumMemberName("mixed-matrix")]
    MixedMatrix,

    [JsonStringEnumMemberName("mixed-rescale")]
    MixedRescale,

    /// <summary>No rescale intercept, and no value below 0: air and bone lie 1024 too high, or so.</summary>
    [JsonStringEnumMemberName("no-intercept")]
    NoIntercept,

    /// <summary>No pixel is as low as air.</summary>
    [JsonStringEnumMemberName("no-air")]
    NoAir,

    /// <summary>No pixel is as high as soft tissue enhanced by contrast, or bone.</summary>
    [JsonStringEnumMemberName("no-bone")]
    NoBone,

    /// <summary>Values reach the end of what 16 bits hold.</summary>
    [JsonStringEnumMemberName("clipped")]
    Clipped,

    [JsonStringEnumMemberName("constant-image")]
    ConstantImage,

    /// <summary>The gantry was tilted, or the slices are not stacked along their normal.</summary>
    [JsonStringEnumMemberName("gantry-tilt")]
    GantryTilt,

    [JsonStringEnumMemberName("no-position")]
    NoPosition,

    [JsonStringEnumMemberName("no-orientation")]
    NoOrientation,

    [JsonStringEnumMemberName("no-spacing")]
    NoSpacing,

    [JsonStringEnumMemberName("short-series")]
    ShortSeries,

    /// <summary>One series' samples are of several patients.</summary>
    [JsonStringEnumMemberName("several-patients")]
    SeveralPatients,

    [JsonStringEnumMemberName("several-studies")]
    SeveralStudies,

    /// <summary>One patient's samples have different values of one label.</summary>
    [JsonStringEnumMemberName("mixed-labels")]
    MixedLabels,

    /// <summary>Masks go with no sample, so they would not be sealed.</summary>
    [JsonStringEnumMemberName("unmatched-masks")]
    UnmatchedMasks,
}
