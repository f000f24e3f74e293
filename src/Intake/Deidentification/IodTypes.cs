using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>
/// Chooses where the profile leaves the choice to an attribute's type in its IOD (X/Z, X/D, Z/D and so on: remove what is type 3, empty what
/// is type 2, replace what is type 1). Only images of one frame are known by heart; for the rest the choice that is valid for any type.
/// </summary>
internal sealed class IodTypes(string? sopClass)
{
    // CT, computed radiography, MR, secondary capture (PS3.3 A.2 to A.8): in these, but for the ones below, all attributes with a choice are type 3.
    private static readonly HashSet<string> SingleFrameImages = new(StringComparer.Ordinal)
    {
        "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.7",
    };

    // Content Date and Time (General Image, 2C), Contrast/Bolus Agent (2), Patient ID (2), whose pseudonym is set apart.
    private static readonly HashSet<uint> Type2 = [0x00080023, 0x00080033, 0x00180010, 0x00100020];

    /// <summary>The types inside an item of a sequence: modules and macros differ, so always the choice that is valid for any.</summary>
    internal static IodTypes Nested { get; } = new(sopClass: null);

    internal BasicActions Resolve(BasicActions actions, DicomTag tag)
    {
        if (actions.HasFlag(BasicActions.Remap))
        {
            return BasicActions.Remap;
        }

        var choices = actions & (BasicActions.Remove | BasicActions.Empty | BasicActions.Replace);
        if (sopClass is not null && SingleFrameImages.Contains(sopClass))
        {
            return Type2.Contains(tag.Value) && choices.HasFlag(BasicActions.Empty) ? BasicActions.Empty : (BasicActions)((int)choices & -(int)choices);
        }

        return choices.HasFlag(BasicActions.Replace) ? BasicActions.Replace : choices.HasFlag(BasicActions.Empty) ? BasicActions.Empty : BasicActions.Remove;
    }
}
