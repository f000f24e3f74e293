using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>What a data set stands in.</summary>
/// <param name="Types">How attributes' types are known there.</param>
/// <param name="CharacterSet">Of texts, unless the data set names its own.</param>
/// <param name="IsDummy">It stands for one that must go: its texts and codes go too.</param>
internal sealed record Surroundings(IodTypes Types, string CharacterSet, bool IsDummy = false);

/// <summary>Goes through an object's elements, into its sequences to any depth.</summary>
internal sealed class DataSetPass(Treatments treatments, SafePrivate safePrivate, ValueTreatment values, ReportBuilder report)
{
    private const string DummyScheme = "99REMOVED";

    internal DicomDataSet Apply(DicomDataSet original, Surroundings outer)
    {
        var here = outer with { CharacterSet = CharacterSets.Of(original, outer.CharacterSet) };
        var kept = new DicomDataSet();
        foreach (var element in original.Where(element => !element.Tag.IsPrivate))
        {
            Put(kept, element, Treat(element, treatments.Of(element, here.Types), here));
        }

        foreach (var block in original.Where(element => element.Tag.IsPrivate).GroupBy(BlockOf))
        {
            ApplyBlock(kept, [.. block], original, here);
        }

        return kept;
    }

    /// <summary>The elements of one creator's block (PS3.5 7.8.1), and the creator only if one of them stays.</summary>
    private void ApplyBlock(DicomDataSet kept, List<DicomElement> block, DicomDataSet original, Surroundings here)
    {
        var creatorTag = new DicomTag(block[0].Tag.Group, BlockOf(block[0]).Number);
        var creator = creatorTag.IsPrivateCreator && original.TryGet(creatorTag, out var named) && named is DicomValue value
            ? TextValue.Read(value, here.CharacterSet)
            : null;
        var anyStays = false;
        foreach (var element in block.Where(element => element.Tag != creatorTag))
        {
            var stays = creator is not null && safePrivate.Has(creator, element.Tag) ? Treat(element, treatments.OfSafePrivate(element), here) : null;
            Put(kept, element, stays);
            anyStays |= stays is not null;
        }

        if (original.TryGet(creatorTag, out var creatorElement) && block.Contains(creatorElement))
        {
            Put(kept, creatorElement, anyStays ? creatorElement : null);
        }
    }

    private static (ushort Group, ushort Number) BlockOf(DicomElement element) =>
        (element.Tag.Group, element.Tag.IsPrivateCreator ? element.Tag.Element : (ushort)(element.Tag.Element >> 8));

    private void Put(DicomDataSet kept, DicomElement original, DicomElement? treated)
    {
        if (treated is null)
        {
            report.Add(original.Tag, DeidentificationAction.Removed);
        }
        else
        {
            kept.Set(treated);
        }
    }

    /// <summary>The element as it stays; null where it does not.</summary>
    private DicomElement? Treat(DicomElement element, Treatment treatment, Surroundings here) => element switch
    {
        DicomSequence sequence => Treat(sequence, treatment, here),
        DicomValue value => Treat(value, here.IsDummy && IsWording(value) ? Treatment.Replace : treatment, here),
        _ => null,
    };

    private DicomValue? Treat(DicomValue value, Treatment treatment, Surroundings here)
    {
        var (treated, action) = values.Treat(value, treatment, here);
        if (action is { } done && treated is not null)
        {
            report.Add(value.Tag, done);
        }

        return treated;
    }

    private DicomSequence? Treat(DicomSequence sequence, Treatment treatment, Surroundings here)
    {
        switch (treatment)
        {
            case Treatment.Remove:
                return null;
            case Treatment.Empty:
                report.Add(sequence.Tag, DeidentificationAction.Emptied);
                return sequence with { Items = [] };
            case Treatment.Replace when sequence.Tag == IdentityTags.ContentSequence:
                report.Add(sequence.Tag, DeidentificationAction.Replaced);
                return sequence with { Items = sequence.Items.Count == 0 ? [] : [DummyContent()] };
        }

        var items = new List<DicomDataSet>();
        var isDummy = here.IsDummy || treatment == Treatment.Replace;
        foreach (var item in sequence.Items)
        {
            report.Enter(sequence.Tag, items.Count);
            items.Add(isDummy && DummyValue.IsCode(item) ? Replaced(sequence.Tag) : Apply(item, here with { Types = IodTypes.Nested, IsDummy = isDummy }));
            report.Leave();
        }

        return sequence with { Items = items };
    }

    private DicomDataSet Replaced(DicomTag sequence)
    {
        report.Add(sequence, DeidentificationAction.Replaced);
        return DummyValue.Code(DummyValue.Text, DummyScheme, DummyValue.Text);
    }

    private static bool IsWording(DicomValue value) => value.Vr is "LO" or "LT" or "PN" or "SH" or "ST" or "UC" or "UT";

    /// <summary>A report's content that says nothing: one comment (PS3.3 C.17.3).</summary>
    private static DicomDataSet DummyContent() => new(
    [
        TextValue.Ascii(new DicomTag(0x0040, 0xa010), "CS", "CONTAINS"),
        TextValue.Ascii(new DicomTag(0x0040, 0xa040), "CS", "TEXT"),
        new DicomSequence(new DicomTag(0x0040, 0xa043), [DummyValue.Code("121106", "DCM", "Comment")]),
        TextValue.Ascii(new DicomTag(0x0040, 0xa160), "UT", DummyValue.Text),
    ]);
}
