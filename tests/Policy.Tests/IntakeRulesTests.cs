using Scanlock.Contracts.Intake;

namespace Scanlock.Policy.Tests;

public sealed class IntakeRulesTests
{
    private const string Whole =
        """
        intake:
          burned_in_text: mask
          archive: true
          deidentification:
            options: [clean-structured-content, retain-device-identity, clean-pixel-data]
            safe_private: ["ACME, CT 1.0,0019,5a"]
        """;

    [Fact]
    public void The_section_is_read_whole()
    {
        var intake = Sample.Loaded($"{Sample.Text}\n{Whole}").Intake;

        Assert.Equal(BurnedInTextRule.Mask, intake.BurnedInText);
        Assert.True(intake.Archive);
        Assert.Equal(["ACME, CT 1.0,0019,5a"], intake.Deidentification.SafePrivate);
        Assert.Equal(
            DeidentificationOptions.Basic with { CleanStructuredContent = true, RetainDeviceIdentity = true, CleanPixelData = true },
            intake.Deidentification with { SafePrivate = DeidentificationOptions.Basic.SafePrivate });
    }

    /// <summary>What is written down, where something is left out.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("intake: {}")]
    [InlineData("intake: {burned_in_text: quarantine, archive: false}")]
    [InlineData("intake: {deidentification: {}}")]
    [InlineData("intake: {deidentification: {options: [clean-descriptors, retain-modified-dates, retain-patient-characteristics, clean-pixel-data], safe_private: []}}")]
    public void What_is_left_out_is_as_the_documentation_has_it(string written)
    {
        var intake = Sample.Loaded($"{Sample.Text}\n{written}").Intake;

        Assert.Equal(BurnedInTextRule.Quarantine, intake.BurnedInText);
        Assert.False(intake.Archive);
        Assert.Empty(intake.Deidentification.SafePrivate);
        Assert.Equal(
            DeidentificationOptions.All with { CleanStructuredContent = false, RetainDeviceIdentity = false },
            intake.Deidentification with { SafePrivate = DeidentificationOptions.All.SafePrivate });
    }

    [Fact]
    public void No_option_is_the_basic_profile_alone()
    {
        var options = Sample.Loaded($"{Sample.Text}\nintake: {{deidentification: {{options: []}}}}").Intake.Deidentification;

        Assert.Equal(DeidentificationOptions.Basic, options with { SafePrivate = DeidentificationOptions.Basic.SafePrivate });
    }

    [Theory]
    [InlineData("burned_in_text: keep", "17:26: 'keep' is not one of quarantine, mask")]
    [InlineData("archive: yes", "17:19: 'yes' is neither true nor false")]
    [InlineData("archiv: true", "17:10: unknown key 'archiv' in 'intake' (did you mean 'archive'?)")]
    [InlineData("deidentification: [clean-descriptors]", "17:28: 'intake.deidentification' must be a map of keys (options, safe_private), not a list")]
    [InlineData("deidentification: {options: [clean-descriptor]}", "17:39: 'clean-descriptor' is not one of clean-descriptors, clean-structured-content, retain-modified-dates, retain-patient-characteristics, retain-device-identity, clean-pixel-data (did you mean 'clean-descriptors'?)")]
    [InlineData("deidentification: {options: [clean-descriptors, clean-descriptors]}", "17:58: 'clean-descriptors' is listed twice in 'intake.deidentification.options'")]
    [InlineData("deidentification: {safe_private: [\"ACME,0018,5a\"]}", "17:44: 'ACME,0018,5a' is not a private element: write CREATOR,gggg,ee: its creator, its odd group and its number in the block, in hexadecimal digits")]
    [InlineData("archive: true, burned_in_text: mask, deidentification: {options: []}", "17:47: the archive would hold the text that 'intake.burned_in_text: mask' paints over in the samples: add clean-pixel-data to the options")]
    [Trait("promise", "P11")]
    public void A_mistake_is_reported_with_its_line_and_column(string written, string problem) =>
        Assert.Equal([problem], Sample.Problems($"{Sample.Text}\nintake: {{{written}}}"));

    /// <summary>Who may use a dataset has nothing to do with how it was taken in.</summary>
    [Fact]
    public void No_case_can_name_it_as_a_reason() =>
        Assert.Contains("'intake' is not one of dataset", Assert.Single(Sample.Problems(
            $"{Sample.Text}\ntests:\n  - {{name: a, request: {{}}, expect: deny, because: [intake]}}")), StringComparison.Ordinal);
}
