using System.Text.RegularExpressions;

namespace Scanlock.Intake.Deidentification;

/// <summary>What identifies in a text that people write, whoever it is about: the identifiers of 45 CFR 164.514(b)(2) that have a shape.</summary>
internal static partial class GenericPatterns
{
    private const RegexOptions Any = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase;
    private const RegexOptions Cased = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;
    private const int Patience = 1000;
    private const int LongestParticle = 3;

    // Those with a digit in all they match are not tried on texts without: most descriptions are such.
    private static readonly Regex[] WholeWithDigits =
    [
        Uid(), NumericDate(), NamedMonth(), NetworkAddress(), InternationalPhone(), GroupedPhone(), SocialSecurity(), LongNumber(), Street(), HighAge(),
    ];

    private static readonly Regex[] Whole = [Link(), Mail()];

    private static readonly Regex[] AfterCue = [LabelledNumber(), LabelledText(), Doctor(), Courtesy(), ByWhom()];

    /// <exception cref="RegexMatchTimeoutException">The text is made to keep a search busy.</exception>
    internal static void Mark(string text, Marks marks)
    {
        foreach (var pattern in text.Any(char.IsDigit) ? [.. Whole, .. WholeWithDigits] : Whole)
        {
            foreach (var match in pattern.EnumerateMatches(text))
            {
                // The standard's own UIDs, those of classes and codes, identify nobody.
                if (!Pseudonyms.IsStandard(text.Substring(match.Index, match.Length)))
                {
                    marks.Add(match.Index, match.Index + match.Length);
                }
            }
        }

        foreach (var pattern in AfterCue)
        {
            for (var match = pattern.Match(text); match.Success; match = match.NextMatch())
            {
                foreach (Capture word in match.Groups["gone"].Captures)
                {
                    MarkWords(word, marks);
                }
            }
        }
    }

    /// <summary>What stands where a name is expected, but for the words that are none: <c>DR THORAX AP</c> is a radiograph, <c>Dr van Ede</c> is not.</summary>
    private static void MarkWords(Capture words, Marks marks)
    {
        foreach (var word in Word().EnumerateMatches(words.ValueSpan))
        {
            var folded = FoldedText.Of(words.Value.Substring(word.Index, word.Length));
            if (word.Index == 0 && folded.Length > LongestParticle && Vocabulary.IsTechnical(folded))
            {
                return;
            }

            if (!Vocabulary.Has(folded))
            {
                marks.Add(words.Index + word.Index, words.Index + word.Index + word.Length);
            }
        }
    }

    [GeneratedRegex(@"[\p{L}\p{M}\d]+", Cased, Patience)]
    private static partial Regex Word();

    [GeneratedRegex(@"(?<![\d.])[0-2](\.\d+){4,}(?![\d.])", Cased, Patience)]
    private static partial Regex Uid();

    [GeneratedRegex(
        @"(?<![\d.])(\d{1,2}[./-]\d{1,2}[./-](19|20)?\d{2}|(19|20)\d{2}[./-]\d{1,2}[./-]\d{1,2}|(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))(?!\d|\.\d)",
        Cased, Patience)]
    private static partial Regex NumericDate();

    [GeneratedRegex(
        @"(?<![\p{L}])((\d{1,2}(st|nd|rd|th)?[ .,/-]{0,3}(of |de |di )?)?(jan(uary|uar|vier)?|feb(ruary|ruar)?|f[ée]vr(ier)?|mar(ch|s|zo)?|m[äa]r?z|apr(il|ile)?|avr(il)?|ma[iy]|maggio|mayo|june?|juni|juin|giugno|junio|july?|juli|juillet|luglio|julio|aug(ust)?|ao[uû]t|agosto|sept?(ember|embre|iembre)?|oct(ober|obre)?|okt(ober)?|ottobre|nov(ember|embre|iembre)?|de[cz](ember|embre|iembre)?|d[ée]cembre|dicembre|diciembre|enero|gennaio|febbraio|febrero|aprile|abril)\.?[ .,/-]{0,3}(\d{1,2}(st|nd|rd|th)?,? {1,2})?(de )?('?\d{2}|\d{4}))(?!\d)",
        Any, Patience)]
    private static partial Regex NamedMonth();

    [GeneratedRegex(@"(https?|ftp)://\S+|www\.\S+", Any, Patience)]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<![\d.])\d{1,3}(\.\d{1,3}){3}(?![\d.])", Cased, Patience)]
    private static partial Regex NetworkAddress();

    [GeneratedRegex(@"[\p{L}\d._%+-]+@[\p{L}\d.-]+", Any, Patience)]
    private static partial Regex Mail();

    [GeneratedRegex(@"(\+|(?<!\d)00)\d{1,3}[ ./-]?(\(\d{1,4}\)[ ./-]?)?\d([ ./-]?\d){5,13}", Cased, Patience)]
    private static partial Regex InternationalPhone();

    [GeneratedRegex(@"(?<![\d.])(\(\d{2,5}\) ?\d{3,4}[ .-]?\d{3,5}|\d{3}[-.]\d{3}[-.]\d{4}|\d{3}-\d{4}|0\d{1,4}[ /-]\d{3,4}[ -]?\d{3,5})(?!\d|\.\d)", Cased, Patience)]
    private static partial Regex GroupedPhone();

    [GeneratedRegex(@"(?<!\d)\d{3}[- ]\d{2}[- ]\d{4}(?!\d)", Cased, Patience)]
    private static partial Regex SocialSecurity();

    // Six digits in a row, or five with letters around them, unless they are those of a decimal fraction.
    [GeneratedRegex(@"(?<![\d.\p{L}])(?!\d+\.\d)([\p{L}]*\d{6,}[\p{L}\d]*|[\p{L}]+-?\d{5,}[\p{L}\d]*|\d{5,}[\p{L}]+\d*)(?![\d])", Cased, Patience)]
    private static partial Regex LongNumber();

    [GeneratedRegex(
        @"\d{1,5}[A-Za-z]?,? ([\p{L}'.-]+ ){1,3}(street|str|st|road|rd|avenue|ave|lane|ln|drive|boulevard|blvd|court|square|terrace|place)\b\.?|\b(via|viale|corso|piazza|rue|calle|avenida) ([\p{L}'-]+ ){0,3}[\p{L}'-]+,? \d{1,5}\b|\b\p{L}+(stra(ß|ss)e|weg|platz|allee) \d{1,5}\b",
        Any, Patience)]
    private static partial Regex Street();

    [GeneratedRegex(@"\b(?:9\d|1[0-4]\d)[ -]?(?:y|yo|y/o|yr|yrs|years?|jahre|ans|anni|a[ñn]os)\b(?:[ -]?old)?|(?<=\b(?:age|aged|alter)[ :]{1,2})(?:9\d|1[0-4]\d)\b", Any, Patience)]
    private static partial Regex HighAge();

    [GeneratedRegex(
        @"(?<![\p{L}])(mrn|pid|pat(ient)?[ _-]?(id|no|nr|number)|acc(ession)?[ _-]?(no|nr|number|#)?|ssn|nhs|case[ _-]?(id|no|nr)|visit[ _-]?(id|no)|insurance|policy|licen[sc]e|account|tel|telephone|phone|ph|fax|mobile|cell|room|bed|zip|dob|born( in| on)?|geb(oren)?( am)?|nato il|nata il|n[ée]e? le)\b\.? ?[:=#]? ?(?<gone>[\p{L}]{0,4}[-#]?\d[\p{L}\d/-]*( \d[\d/-]*)*)",
        Any, Patience)]
    private static partial Regex LabelledNumber();

    [GeneratedRegex(
        @"(?<![\p{L}])(pat(ient)?'?s?[ _-]?name|name|surname|patient|pt|patiente?|paziente|paciente|physician|doctor|radiologist|technologist|tech|operator|nurse|contact|dob|born|geb|birth[ _-]?date|address|hospital|institution|clinic|next of kin) ?[:=] ?(?<gone>[^,;:\r\n()]{2,40})",
        Any, Patience)]
    private static partial Regex LabelledText();

    [GeneratedRegex(@"(?<![\p{L}])((dr|prof|dott|pd)\.? |(dr|prof|dott)\.)(ssa |med\.? |dr\.? )*(?<gone>(\p{L}\. ?){0,2}[\p{L}'-]{2,}([ ^]\p{Lu}[\p{L}'-]+)?)", Any, Patience)]
    private static partial Regex Doctor();

    [GeneratedRegex(@"(?<![\p{L}])([Mm]r|[Mm]rs|MR|MRS|Ms|MS|[Mm]iss|Herrn?|Frau|Mme|Mlle|Monsieur|Madame|Sig|Sigra|Signora?|Se[ñn]ora?|Sra)\.? (?<gone>(\p{Lu}\. ?){0,2}\p{Lu}[\p{L}'-]+( \p{Lu}[\p{L}'-]+)?)", Cased, Patience)]
    private static partial Regex Courtesy();

    [GeneratedRegex(
        @"\b([Rr]ead|[Rr]eported|[Pp]erformed|[Rr]eferred|[Rr]equested|[Ss]igned|[Dd]ictated|[Ss]canned|[Ss]een|[Oo]rdered|[Rr]eviewed|[Aa]pproved|[Vv]erified|[Aa]cquired) (by|from):? (?<gone>(\p{Lu}\. ?){0,2}\p{Lu}[\p{L}'-]+( \p{Lu}[\p{L}'-]+){0,2})",
        Cased, Patience)]
    private static partial Regex ByWhom();
}
