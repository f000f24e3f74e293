using System.Text;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>The character set a data set's texts are in: its own Specific Character Set, or that of what it lies in (PS3.3 C.12.1.1.2).</summary>
internal static class CharacterSets
{
    internal static string Of(DicomDataSet set, string outer) =>
        set.Bytes(IdentityTags.SpecificCharacterSet) is { } bytes ? Encoding.ASCII.GetString(bytes.Span).Trim(' ', '\0') : outer;
}
