using Scanlock.Contracts.Intake;

namespace Scanlock.Policy;

/// <summary>How a dataset's objects are taken in. It says nothing about who may use them.</summary>
/// <param name="BurnedInText">What is done about an object with text in its pixels.</param>
/// <param name="Archive">Whether the de-identified DICOM is kept beside the samples.</param>
/// <param name="Deidentification">How that DICOM is de-identified.</param>
public sealed record IntakeRules(BurnedInTextRule BurnedInText, bool Archive, DeidentificationOptions Deidentification)
{
    /// <summary>What holds where a policy does not say.</summary>
    public static IntakeRules Default { get; } = new(BurnedInTextRule.Quarantine, Archive: false, new(
        CleanDescriptors: true,
        CleanStructuredContent: false,
        RetainModifiedDates: true,
        RetainPatientCharacteristics: true,
        RetainDeviceIdentity: false,
        CleanPixelData: true,
        SafePrivate: []));
}
