using Scanlock.Contracts.Intake;

namespace Scanlock.Policy;

/// <summary>Reads how a dataset's objects are taken in; what is left out is as <see cref="IntakeRules.Default"/> has it.</summary>
internal static class IntakeReader
{
    public static IntakeRules Read(Section section)
    {
        var rules = new IntakeRules(
            section.Given<string>("burned_in_text", Readings.OneOf(PolicyShape.TextRules)) == PolicyShape.Mask ? BurnedInTextRule.Mask : BurnedInTextRule.Quarantine,
            section.Given<bool>("archive", Readings.YesOrNo),
            section.Inner("deidentification") is { } deidentification ? Options(deidentification) : IntakeRules.Default.Deidentification);
        if (rules is { Archive: true, BurnedInText: BurnedInTextRule.Mask, Deidentification.CleanPixelData: false })
        {
            section.Problem(
                section.PlaceOf("deidentification"),
                $"the archive would hold the text that 'intake.burned_in_text: {PolicyShape.Mask}' paints over in the samples: add {PolicyShape.CleanPixelData} to the options");
        }

        return rules;
    }

    private static DeidentificationOptions Options(Section section)
    {
        var safePrivate = section.Has("safe_private") ? section.List<string>("safe_private", Readings.PrivateElement) : [];
        if (!section.Has("options"))
        {
            return IntakeRules.Default.Deidentification with { SafePrivate = safePrivate };
        }

        var options = section.List("options", Readings.OneOf(PolicyShape.DeidentificationOptions));
        return new(
            options.Contains(PolicyShape.CleanDescriptors, StringComparer.Ordinal),
            options.Contains(PolicyShape.CleanStructuredContent, StringComparer.Ordinal),
            options.Contains(PolicyShape.RetainModifiedDates, StringComparer.Ordinal),
            options.Contains(PolicyShape.RetainPatientCharacteristics, StringComparer.Ordinal),
            options.Contains(PolicyShape.RetainDeviceIdentity, StringComparer.Ordinal),
            options.Contains(PolicyShape.CleanPixelData, StringComparer.Ordinal),
            safePrivate);
    }
}
