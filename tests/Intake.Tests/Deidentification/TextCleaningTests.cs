using FsCheck.Fluent;
using FsCheck;
using Scanlock.Intake.Deidentification;

namespace Scanlock.Intake.Tests.Deidentification;

/// <summary>What goes out of a text and what stays in it.</summary>
public sealed class TextCleaningTests
{
    [Theory]
    [InlineData("CT chest for Ottoline Wrenfell", "CT chest for")]
    [InlineData("WRENFELL, OTTOLINE: thorax 1.5 B70f", "thorax 1.5 B70f")]
    [InlineData("Thorax^Wrenfell^O. 5.0", "Thorax^ 5.0")]
    [InlineData("J. Wrenfell thorax", "thorax")]
    [InlineData("thorax Dr Wrenfell MD", "thorax")]
    [InlineData("wrenfell_thorax", "thorax")]
    [InlineData("WrenfellCT", "CT")]
    [InlineData("by okent, lung", "by, lung")]
    [InlineData("kentada lung", "lung")]
    [InlineData("Kentucky lung", "Kentucky lung")]
    [InlineData("Wrenfells Thorax", "Thorax")]
    [InlineData("pid=MRN4455667 lung", "pid= lung")]
    [InlineData("pid 4455-667", "pid")]
    [InlineData("thorax 1961-03-09, follow-up", "thorax, follow-up")]
    [InlineData("thorax 9.3.61", "thorax")]
    [InlineData("thorax 090361", "thorax")]
    [InlineData("thorax of March 9", "thorax of")]
    [InlineData("thorax, 9-Mar", "thorax")]
    [InlineData("Müller: lung", "lung")]
    [InlineData("MUELLER lung", "lung")]
    [InlineData("Muller lung", "lung")]
    [InlineData("Infirmary of Quenby, lung", "lung")]
    [InlineData("seen at Quenby", "seen at")]
    [InlineData("lung 1.2.826.0.1.3680043.99.7", "lung")]
    [InlineData("pT=&b,b lung", "pT=& lung")]
    public void What_is_known_of_the_patient_goes(string text, string left) => Assert.Equal(left, Cleaning().Clean(text));

    [Theory]
    [InlineData("thorax 12 June 2019", "thorax")]
    [InlineData("thorax 2. März 1999 control", "thorax control")]
    [InlineData("thorax Jun 12, 2019", "thorax")]
    [InlineData("thorax 12JUN2019", "thorax")]
    [InlineData("thorax 20190612", "thorax")]
    [InlineData("thorax +44 20 7946 0018", "thorax")]
    [InlineData("thorax (555) 010-4477", "thorax")]
    [InlineData("thorax tel 0551 448822", "thorax tel")]
    [InlineData("thorax 078-05-1120", "thorax")]
    [InlineData("thorax a.b@example.org", "thorax")]
    [InlineData("thorax https://pacs.example/x", "thorax")]
    [InlineData("thorax Dr. Featherstone", "thorax Dr")]
    [InlineData("thorax Mrs Smith-Jones, cough", "thorax Mrs, cough")]
    [InlineData("performed by John Smith", "performed by")]
    [InlineData("MRN: 12345", "MRN")]
    [InlineData("DOB 1951", "DOB")]
    [InlineData("Patient: John Smith, lung", "Patient: lung")]
    [InlineData("lung, 94 year old", "lung")]
    [InlineData("lung AB1234567", "lung")]
    [InlineData("17 Acacia Avenue, lung", "lung")]
    [InlineData("lung 1.3.6.1.4.1.5962.1", "lung")]
    [InlineData("lung 1.2.840.10008.4455667.20190612.1", "lung")]
    public void What_looks_like_an_identifier_goes(string text, string left) => Assert.Equal(left, Cleaning().Clean(text));

    [Theory]
    [InlineData("THORAX 1.5 B70f")]
    [InlineData("Thorax^01_Thorax_Routine (Adult)")]
    [InlineData("CAP W CON 5.0 3.0 1.0 0.5 I30f")]
    [InlineData("DM_Thor_SIN__DM")]
    [InlineData("DR THORAX AP")]
    [InlineData("120 kV, 35 mAs, 512x512, 0.630859375")]
    [InlineData("LungLowDose 1.0mm, 65 year old")]
    [InlineData("Nodule RUL 8 mm, seg. 3, series 4/12")]
    [InlineData("follow-up")]
    [InlineData("may 2 lobes")]
    [InlineData("1.2.840.10008.5.1.4.1.1.2")]
    public void What_describes_stays_as_it_is(string text) => Assert.Equal(text, Cleaning().Clean(text));

    [Theory]
    [InlineData("B70f")]
    [InlineData("syngo CT VB20A 20190612")]
    [InlineData("SIEMENS")]
    [InlineData("CHEST")]
    public void A_code_loses_only_what_is_known(string text) => Assert.Equal(text, Cleaning().CleanCode(text));

    [Fact]
    public void A_code_that_is_the_patients_name_loses_it() => Assert.Equal("", Cleaning().CleanCode("WRENFELL"));

    [Fact]
    public void A_text_is_never_longer_and_cleaning_it_again_changes_nothing() => Prop.ForAll<NonNull<string>>(text =>
    {
        var (cleaning, once) = (Cleaning(), Cleaning().Clean(text.Get));
        return once.Length <= text.Get.Length && cleaning.Clean(once) == once;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_name_planted_anywhere_is_gone() => Prop.ForAll<NonNull<string>, NonNull<string>>((before, after) =>
        !Cleaning().Clean($"{before.Get} Wrenfell {after.Get}").Contains("Wrenfell", StringComparison.OrdinalIgnoreCase)).QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_too_long_to_search_goes_as_a_whole() => Assert.Equal("", Cleaning().Clean(new string('a', 70_000)));

    private static TextCleaning Cleaning()
    {
        var known = new KnownIdentity();
        known.AddName("Wrenfell^Ottoline^^Mrs");
        known.AddName("Müller^Hans");
        known.AddName("Kent^Ada");
        known.AddPhrase("MRN4455667");
        known.AddPhrase("Infirmary of Quenby");
        known.AddDate("19610309");
        known.AddUid("1.2.826.0.1.3680043.99.7");
        return new TextCleaning(known);
    }
}
