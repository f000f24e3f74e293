using System.Text;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Deidentification;
using Scanlock.Intake.Dicom;
using static Scanlock.Intake.Tests.Deidentification.Deidentified;

namespace Scanlock.Intake.Tests.Deidentification;

/// <summary>What becomes of attributes, by the profile and its options.</summary>
public sealed class DeidentifierTests
{
    private const string SopClass = "1.2.840.10008.5.1.4.1.1.2";

    [Fact]
    public void Without_options_the_basic_profile_removes_empties_and_replaces()
    {
        var set = Of(Ct(), DeidentificationOptions.Basic).DataSet;

        Assert.All(new uint[] { 0x0008103e, 0x00101010, 0x00080080, 0x00080021 }, tag => Assert.Null(set.Value(tag)));
        Assert.Equal(["", "", "", ""], new uint[] { 0x00080020, 0x00080050, 0x00100030, 0x00100040 }.Select(set.Value));
        Assert.Equal(["REMOVED", "REMOVED"], new uint[] { 0x00280303, 0x00120010 }.Select(set.Value));
        Assert.Equal([SopClass, "120", "B70f", "HFS", "SIEMENS"], new uint[] { 0x00080016, 0x00180060, 0x00181210, 0x00185100, 0x00080070 }.Select(set.Value));
    }

    [Fact]
    public void With_options_descriptions_dates_characteristics_and_the_device_stay()
    {
        var set = Of(Ct()).DataSet;

        Assert.Equal(["Lung B70f", "F", "061Y", "CTAWP7", "73421"], new uint[] { 0x0008103e, 0x00100040, 0x00101010, 0x00081010, 0x00181000 }.Select(set.Value));
        Assert.Equal("MODIFIED", set.Value(0x00280303));
        Assert.Equal("101530", set.Value(0x00080030));
        Assert.Equal("", set.Value(0x00100030));
        var shift = Date("20220415") - Date(set.Value(0x00080020)!);
        Assert.InRange(shift, 365, 3650);
        Assert.Equal(shift, Date("20220414") - Date(set.Value(0x00080021)!));
    }

    [Theory]
    [InlineData("088Y", "088Y")]
    [InlineData("090Y", "089Y")]
    [InlineData("104Y", "089Y")]
    [InlineData("93", "089Y")]
    [InlineData("7M", "007M")]
    [InlineData("old", "")]
    public void Ages_above_89_are_one(string age, string expected) => Assert.Equal(expected, Of(Ct((0x00101010, "AS", age))).DataSet.Value(0x00101010));

    [Fact]
    public void Pseudonyms_are_the_same_under_a_key_and_others_under_another()
    {
        var (first, again, other) = (Of(Ct()).DataSet, Of(Ct((0x00080018, "UI", "1.2.3.9"))).DataSet, Of(Ct(), key: new byte[32]).DataSet);
        uint[] shared = [0x00100010, 0x00100020, 0x0020000d, 0x00080020];

        Assert.Equal(shared.Select(first.Value), shared.Select(again.Value));
        Assert.All(shared, tag => Assert.NotEqual(first.Value(tag), other.Value(tag)));
        Assert.NotEqual(first.Value(0x00080018), again.Value(0x00080018));
        Assert.Matches("^p[0-9a-f]{16}$", first.Value(0x00100020)!);
        Assert.Matches(@"^2\.25\.[1-9]\d{0,38}$", first.Value(0x0020000d)!);
    }

    [Theory]
    [InlineData("4bae1d63-1eeb-4386-bd1b-68e8ba379989", @"^2\.25\.\d+$")]
    [InlineData("1.2.840.10008.1.4.1.1", @"^1\.2\.840\.10008\.1\.4\.1\.1$")]
    [InlineData("1.2.840.10008.4455667.20190612.1", @"^2\.25\.\d+$")]
    [InlineData("", "^$")]
    public void What_stands_where_a_UID_belongs_becomes_one_unless_it_is_the_standards(string uid, string expected) =>
        Assert.Matches(expected, Of(Ct((0x00200052, "UI", uid))).DataSet.Value(0x00200052)!);

    [Fact]
    public void An_object_without_an_instance_UID_gets_one()
    {
        var nameless = Ct((0x00080018, "UI", ""));

        Assert.Matches(@"^2\.25\.\d+$", Of(nameless).DataSet.Value(0x00080018)!);
        Assert.Equal(Of(nameless).DataSet.Value(0x00080018), Of(nameless).DataSet.Value(0x00080018));
        Assert.NotEqual(Of(nameless).DataSet.Value(0x00080018), Of(Ct((0x00080018, "UI", ""), (0x00200013, "IS", "18"))).DataSet.Value(0x00080018));
    }

    [Fact]
    public void Sequences_are_cleaned_to_any_depth()
    {
        var deepest = Set((0x00080104, "LO", "CT Wrenfell"), (0x00081155, "UI", "1.2.3.4"), (0x00100020, "LO", "MRN4455667"));
        for (var depth = 0; depth < 40; depth++)
        {
            deepest = Set((0x00080104, "LO", "level")).With(0x0040a170, deepest);
        }

        var here = Of(Ct().With(0x0040a170, deepest)).DataSet;
        while (here.Items(Tag(0x0040a170)) is [var item])
        {
            here = item;
        }

        Assert.Equal("CT", here.Value(0x00080104));
        Assert.Equal(Of(Ct()).DataSet.Value(0x00080018), here.Value(0x00081155));
        Assert.DoesNotContain("4455667", here.Value(0x00100020) ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_is_written_without_its_type_is_known_too() =>
        Assert.Equal("Lung B70f", Of(Ct((0x00100010, "UN", "Wrenfell^Ottoline"))).DataSet.Value(0x0008103e));

    [Theory]
    [InlineData("\\ISO 2022 IR 87", "Yamada^Tarou=\u001b$B;3ED\u001b(B^\u001b$BB@O:\u001b(B", "CT \u001b$B;3ED\u001b(B")]
    [InlineData("\\ISO 2022 IR 149", "Hong^Gildong=\u001b$)C\u00fb\u00f3^\u001b$)C\u00d1\u00ce\u00d4\u00d7=\u001b$)C\u00c8\u00ab^\u001b$)C\u00b1\u00e6\u00b5\u00bf", "CT \u001b$)C\u00b1\u00e6\u00b5\u00bf")]
    [InlineData("ISO 2022 IR 100\\ISO 2022 IR 144", "Petrov=\u001b-L\u00bf\u00d5\u00e2\u00e0\u00de\u00d2", "CT \u001b-L\u00bf\u00d5\u00e2\u00e0\u00de\u00d2")]
    public void Names_are_found_in_sets_that_escapes_switch_to(string characterSet, string name, string description)
    {
        var set = Ct();
        foreach (var (tag, vr, text) in new[] { (0x00080005u, "CS", characterSet), (0x00100010u, "PN", name), (0x0008103eu, "LO", description) })
        {
            set.Set(new DicomValue(Tag(tag), vr, Encoding.Latin1.GetBytes(text)));
        }

        Assert.Equal("CT", Of(set).DataSet.Value(0x0008103e));
    }

    [Theory]
    [InlineData(0x00080000u, "UL")]
    [InlineData(0x50000010u, "US")]
    [InlineData(0x60003000u, "OW")]
    [InlineData(0x60000022u, "LO")]
    [InlineData(0x00091002u, "UN")]
    [InlineData(0x00090010u, "LO")]
    [InlineData(0x0018fff0u, "LO")]
    [InlineData(0x4ffe0001u, "OB")]
    [InlineData(0x04000561u, "OB")]
    [InlineData(0x00880200u, "OB")]
    [InlineData(0xfffafffau, "OB")]
    [InlineData(0xfffcfffcu, "OB")]
    [InlineData(0x00020016u, "AE")]
    [InlineData(0x00081190u, "UR")]
    public void What_nobody_vouches_for_goes(uint tag, string vr) => Assert.Null(Of(Ct((tag, vr, "x "))).DataSet.Value(tag));

    [Fact]
    public void A_safe_private_element_stays_with_its_creator_and_is_searched()
    {
        var options = DeidentificationOptions.All with { SafePrivate = ["ACME CT, 1,0019,10", "ACME CT, 1,0019,11", "ACME CT, 1,0019,12", "ACME CT, 1,0019,13"] };
        var set = Of(
            Ct((0x00190012, "LO", "ACME CT, 1"), (0x00191210, "DS", "28.8"), (0x00191211, "LO", "by Wrenfell"), (0x00191212, "UN", "id MRN4455667"),
                (0x00191213, "DA", "20220415"), (0x00191214, "LO", "not safe"), (0x00190013, "LO", "OTHER"), (0x00191310, "DS", "1")), options).DataSet;

        Assert.Equal(["ACME CT, 1", "28.8", "by"], new uint[] { 0x00190012, 0x00191210, 0x00191211 }.Select(set.Value));
        Assert.All(new uint[] { 0x00191212, 0x00191214, 0x00190013, 0x00191310 }, tag => Assert.Null(set.Value(tag)));
        Assert.Equal(set.Value(0x00080020), set.Value(0x00191213));
        Assert.Equal("113111", set.Items(Tag(0x00120064))[^1].Value(0x00080100));
    }

    [Fact]
    public void A_report_keeps_its_tree_without_persons_or_loses_all_of_it()
    {
        DicomDataSet Report() => Ct((0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.88.33")).With(0x0040a730,
            Set((0x0040a040, "CS", "TEXT"), (0x0040a160, "UT", "Nodule. Dictated by Dr Abernethy for Mrs Wrenfell")),
            Set((0x0040a040, "CS", "PNAME"), (0x0040a123, "PN", "Abernethy^Rosalind")),
            Set((0x0040a040, "CS", "DATE"), (0x0040a121, "DA", "20220415")),
            Set((0x0040a040, "CS", "NUM"), (0x0040a30a, "DS", "8")),
            Set((0x0040a040, "CS", "UIDREF"), (0x0040a124, "UI", "1.2.3.4")));
        var cleaned = Of(Report()).DataSet;
        var items = cleaned.Items(Tag(0x0040a730));
        var without = Assert.Single(Of(Report(), DeidentificationOptions.Basic).DataSet.Items(Tag(0x0040a730)));

        Assert.Equal("Nodule. Dictated by for", items[0].Value(0x0040a160));
        Assert.Equal("REMOVED", items[1].Value(0x0040a123));
        Assert.Equal(cleaned.Value(0x00080020), items[2].Value(0x0040a121));
        Assert.Equal("8", items[3].Value(0x0040a30a));
        Assert.Equal(cleaned.Value(0x00080018), items[4].Value(0x0040a124));
        Assert.Equal("REMOVED", without.Value(0x0040a160));
    }

    [Fact]
    public void The_method_is_recorded_in_text_and_codes()
    {
        var set = Of(Ct()).DataSet;

        Assert.Equal("YES", set.Value(0x00120062));
        Assert.All(set.Value(0x00120063)!.Split('\\'), text => Assert.InRange(text.Length, 1, 64));
        Assert.Equal(["113100", "113101", "113104", "113105", "113107", "113108", "113109"], set.Items(Tag(0x00120064)).Select(item => item.Value(0x00080100)));
    }

    [Fact]
    public void The_report_names_tags_and_never_a_value()
    {
        var (_, report) = Of(Ct().With(0x00400275, Set((0x00401001, "SH", "ACC778899"), (0x00321060, "LO", "CT for Wrenfell"))));
        var lines = report.Elements.Select(element => $"{element.Path} {element.Action}").ToList();

        Assert.Contains("(0040,0275)[1].(0040,1001) Removed", lines);
        Assert.Contains("(0040,0275)[1].(0032,1060) Cleaned", lines);
        Assert.Contains("(0008,0020) Shifted", lines);
        Assert.All(lines, line => Assert.Matches(@"^(\([0-9A-F]{4},[0-9A-F]{4}\)(\[\d+\]\.)?)+ [A-Z][a-z]+$", line));
        Assert.Equal(report.Counts.Values.Sum(), lines.Count);
    }

    [Fact]
    public void Every_line_of_the_table_is_read() => Assert.Equal(617, ConfidentialityProfile.Count);

    private static DicomDataSet Ct(params (uint Tag, string Vr, string Text)[] more)
    {
        var set = Set(
            (0x00080005, "CS", "ISO_IR 192"), (0x00080016, "UI", SopClass), (0x00080018, "UI", "1.2.3.4"), (0x00080020, "DA", "20220415"), (0x00080021, "DA", "20220414"),
            (0x00080030, "TM", "101530"), (0x00080050, "SH", "ACC778899"), (0x00080070, "LO", "SIEMENS"), (0x00080080, "LO", "Quenby Infirmary"), (0x00081010, "SH", "CTAWP7"),
            (0x0008103e, "LO", "Lung B70f Wrenfell"), (0x00100010, "PN", "Wrenfell^Ottoline"), (0x00100020, "LO", "MRN4455667"), (0x00100030, "DA", "19610309"),
            (0x00100040, "CS", "F"), (0x00101010, "AS", "061Y"), (0x00120010, "LO", "Sponsor"), (0x00180060, "DS", "120"), (0x00181000, "LO", "73421"), (0x00181210, "SH", "B70f"),
            (0x00185100, "CS", "HFS"), (0x0020000d, "UI", "1.2.3.1"), (0x00200013, "IS", "17"));
        foreach (var (tag, vr, text) in more)
        {
            set.Set(Element(tag, vr, text));
        }

        return set;
    }

    private static int Date(string value) => DateOnly.ParseExact(value, "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture).DayNumber;
}
