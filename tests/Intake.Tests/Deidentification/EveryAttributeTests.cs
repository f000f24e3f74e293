using System.Globalization;
using System.Text;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Deidentification;
using Scanlock.Intake.Dicom;
using static Scanlock.Intake.Tests.Deidentification.Deidentified;

namespace Scanlock.Intake.Tests.Deidentification;

/// <summary>Whatever attribute of the standard a patient's identity is written into, it is not in what comes out.</summary>
public sealed class EveryAttributeTests
{
    private const string Identity = "WRENFELL OTTOLINE MRN4455667";

    // They structure an object or say how to read it: what they hold is no text of anyone, and an object with a text there cannot be read.
    private static readonly HashSet<uint> Structure = [0x00080005];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_attribute_lets_a_known_identity_through(bool all)
    {
        var leaks = new List<string>();
        foreach (var (tag, vr) in Attributes())
        {
            var planted = Ct();
            planted.Set(Planted(tag, vr));
            planted.Set(new DicomSequence(Tag(0x00081115), [Nested(tag, vr)]));
            var (set, _) = Of(planted, all ? DeidentificationOptions.All : DeidentificationOptions.Basic);
            if (Texts(set).Any(text => text.Contains("WRENFELL", StringComparison.OrdinalIgnoreCase) || text.Contains("4455667", StringComparison.Ordinal)))
            {
                leaks.Add($"{Tag(tag)} {vr}");
            }
        }

        Assert.True(leaks.Count == 0, string.Join(", ", leaks));
    }

    [Fact]
    public void Every_date_of_the_standard_moves_or_goes()
    {
        foreach (var (tag, vr) in Attributes().Where(attribute => attribute.Vr is "DA" or "DT"))
        {
            var planted = Ct();
            planted.Set(Element(tag, vr, "20220415"));
            var (moved, gone) = (Of(planted).DataSet, Of(planted, DeidentificationOptions.Basic).DataSet);

            Assert.DoesNotContain("20220415", string.Concat(Texts(moved)) + string.Concat(Texts(gone)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Every_number_that_measures_stays()
    {
        foreach (var (tag, vr) in Attributes().Where(attribute => attribute.Vr is "FD" or "FL" or "US" or "SS" or "UL" or "DS" or "IS"))
        {
            var text = vr is "DS" or "IS";
            var planted = Ct();
            planted.Set(text ? Element(tag, vr, "12") : new DicomValue(Tag(tag), vr, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }));

            Assert.True(ConfidentialityProfile.Find(Tag(tag)) is not null || Of(planted).DataSet.Bytes(Tag(tag)) is { Length: > 0 }, $"{Tag(tag)} {vr}");
        }
    }

    private static DicomDataSet Ct() => Set(
        (0x00080005, "CS", "ISO_IR 192"), (0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"), (0x00080018, "UI", "1.2.3.4"), (0x00100010, "PN", "Wrenfell^Ottoline"), (0x00100020, "LO", "MRN4455667"));

    private static DicomDataSet Nested(uint tag, string vr)
    {
        var item = new DicomDataSet();
        item.Set(Planted(tag, vr));
        return item;
    }

    private static DicomElement Planted(uint tag, string vr) => vr == "SQ"
        ? new DicomSequence(Tag(tag), [Set((0x00080104, "LO", Identity), (0x0040a160, "UT", Identity), (0x00080100, "SH", "MRN4455667"), (0x00080102, "SH", "DCM"))])
        : Element(tag, vr, Identity);

    /// <summary>All of the dictionary but groups that are part of no data set.</summary>
    private static IEnumerable<(uint Tag, string Vr)> Attributes()
    {
        using var list = new StreamReader(typeof(DicomDictionary).Assembly.GetManifestResourceStream("Scanlock.Intake.Dicom.dictionary.txt")!);
        while (list.ReadLine() is { } line)
        {
            if (uint.TryParse(line.AsSpan(0, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var tag) && tag is > 0x0008_0000 and < 0x7fe0_0000 && !Structure.Contains(tag))
            {
                yield return (tag, line[9..] == "XS" ? "US" : line[9..]);
            }
        }
    }

    private static IEnumerable<string> Texts(DicomDataSet set) => set.SelectMany(element => element switch
    {
        DicomSequence sequence => sequence.Items.SelectMany(Texts),
        DicomValue value => [Encoding.Latin1.GetString(value.Bytes.Span)],
        _ => [],
    });
}
