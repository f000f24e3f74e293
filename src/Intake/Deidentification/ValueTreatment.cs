using System.Text.RegularExpressions;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>Carries out what was decided for an element with a value. What is empty stays as it is: nothing is hidden in it.</summary>
internal sealed partial class ValueTreatment(TextCleaning cleaning, Pseudonyms pseudonyms, int days)
{
    private const int BytesAtOnce = 32 << 10;
    private const int Overlap = 256;
    private const int ShortestWord = 4;

    /// <summary>The value as it stays, null where it goes; and what was done, null where it is as it was.</summary>
    internal (DicomValue? Value, DeidentificationAction? Action) Treat(DicomValue value, Treatment treatment, Surroundings here) => treatment switch
    {
        Treatment.Remove or Treatment.Descend => (null, DeidentificationAction.Removed),
        _ when value.Bytes.IsEmpty => (value, null),
        Treatment.Empty => Emptied(value),
        Treatment.Replace => (DummyValue.For(value), DeidentificationAction.Replaced),
        Treatment.Remap when value.Vr == "UI" => (Remapped(value), DeidentificationAction.Remapped),
        Treatment.Shift when value.Vr is "DA" or "DT" => Shifted(value),
        Treatment.Keep or Treatment.Clean => Kept(value, treatment, here),
        // Decided for a type that the object does not write it in: nobody knows what it is.
        _ => (null, DeidentificationAction.Removed),
    };

    private (DicomValue? Value, DeidentificationAction? Action) Kept(DicomValue value, Treatment treatment, Surroundings here) => value.Vr switch
    {
        "AS" => Aged(value),
        "DS" or "IS" => Numeric().IsMatch(TextValue.Read(value, "")) ? (value, null) : Emptied(value),
        "TM" => Time().IsMatch(TextValue.Read(value, "")) ? (value, null) : Emptied(value),
        "UI" => Dotted().IsMatch(TextValue.Read(value, "")) ? (value, null) : Emptied(value),
        _ when value.Tag == IdentityTags.SpecificCharacterSet => (value, null),
        _ when TextValue.IsText(value.Vr) => Cleaned(value, treatment, here),
        // Bytes and numbers, unless somebody wrote a text into them.
        _ => IsKnownIn(value.Bytes.Span) ? (null, DeidentificationAction.Removed) : (value, null),
    };

    private (DicomValue? Value, DeidentificationAction? Action) Cleaned(DicomValue value, Treatment treatment, Surroundings here)
    {
        var texts = TextValue.Values(value, here.CharacterSet);
        Func<string, string> clean = treatment == Treatment.Clean ? cleaning.Clean : value.Vr is "AE" or "CS" or "SH" ? cleaning.CleanCode : cleaning.CleanOfKnown;
        var cleaned = texts.Select(clean).ToList();
        if (cleaned.SequenceEqual(texts, StringComparer.Ordinal))
        {
            return (value, null);
        }

        return cleaned.Any(text => text.Length > 0) && TextValue.With(value, cleaned, here.CharacterSet) is { } left
            ? (left, DeidentificationAction.Cleaned)
            : NothingLeft(value, here);
    }

    /// <summary>Of a text that was all identifying: as the profile does without options, so that the object stays valid.</summary>
    private static (DicomValue? Value, DeidentificationAction? Action) NothingLeft(DicomValue value, Surroundings here) =>
        (ConfidentialityProfile.Find(value.Tag) is { } rule ? here.Types.Resolve(rule.Basic, value.Tag) : BasicActions.Replace) switch
        {
            BasicActions.Remove => (null, DeidentificationAction.Removed),
            BasicActions.Empty => Emptied(value),
            _ => (DummyValue.For(value), DeidentificationAction.Replaced),
        };

    private DicomValue Remapped(DicomValue value) => TextValue.Ascii(
        value.Tag, value.Vr, string.Join('\\', TextValue.Values(value, "").Select(uid => uid.Length == 0 ? uid : pseudonyms.Uid(uid))));

    private (DicomValue? Value, DeidentificationAction? Action) Shifted(DicomValue value)
    {
        var moved = TextValue.Values(value, "").Select(date => date.Length == 0 ? date : DateShift.Earlier(date, days, hasTime: value.Vr == "DT")).ToList();
        return moved.Contains(null) ? Emptied(value) : (TextValue.Ascii(value.Tag, value.Vr, string.Join('\\', moved)), DeidentificationAction.Shifted);
    }

    private static (DicomValue? Value, DeidentificationAction? Action) Aged(DicomValue value)
    {
        var text = TextValue.Read(value, "").TrimStart(' ');
        return AgeText.Capped(text) is not { } age
            ? Emptied(value)
            : age == text ? (value, null) : (TextValue.Ascii(value.Tag, value.Vr, age), DeidentificationAction.Replaced);
    }

    private static (DicomValue? Value, DeidentificationAction? Action) Emptied(DicomValue value) =>
        (value with { Bytes = ReadOnlyMemory<byte>.Empty }, DeidentificationAction.Emptied);

    private bool IsKnownIn(ReadOnlySpan<byte> bytes)
    {
        for (var from = 0; from < bytes.Length; from += BytesAtOnce)
        {
            var part = bytes[from..Math.Min(bytes.Length, from + BytesAtOnce + Overlap)];
            if (HasWord(part) && cleaning.IsKnownIn(part))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a few letters or digits follow each other, zeros between them not counted: few numbers look like that.</summary>
    private static bool HasWord(ReadOnlySpan<byte> bytes)
    {
        var run = 0;
        foreach (var value in bytes)
        {
            run = char.IsAsciiLetterOrDigit((char)value) ? run + 1 : value == 0 ? run : 0;
            if (run == ShortestWord)
            {
                return true;
            }
        }

        return false;
    }

    [GeneratedRegex(@"^[\d+\-.eE \\]*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Numeric();

    [GeneratedRegex(@"^[\d:. \\-]*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Time();

    [GeneratedRegex(@"^[\d.\\]*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Dotted();
}
