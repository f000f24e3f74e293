using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>Gathers what an object says of its people and places, at every depth, also where it is removed afterwards.</summary>
internal sealed class IdentityCollection(Treatments treatments, KnownIdentity known)
{
    internal void Collect(DicomDataSet set, IodTypes types, string characterSet)
    {
        var own = CharacterSets.Of(set, characterSet);
        foreach (var element in set)
        {
            if (element is DicomSequence sequence)
            {
                foreach (var item in sequence.Items)
                {
                    Collect(item, IodTypes.Nested, own);
                }
            }
            else if (element is DicomValue { Bytes.Length: > 0 } value)
            {
                Collect(value, types, own);
            }
        }
    }

    private void Collect(DicomValue value, IodTypes types, string characterSet)
    {
        // Some writers name no type of what they have one for.
        value = value.Vr == ValueRepresentation.Unknown && DicomDictionary.Find(value.Tag, signed: false) is { } vr ? value with { Vr = vr } : value;
        Action<string>? add = value.Vr switch
        {
            "PN" => known.AddName,
            "DA" or "DT" => known.AddDate,
            "UI" when !value.Tag.IsPrivate && treatments.Of(value, types) == Treatment.Remap => AddUid,
            "AE" or "LO" or "SH" or "ST" or "UC" when Identifies(value, types) => known.AddPhrase,
            _ => null,
        };
        if (add is not null)
        {
            foreach (var text in TextValue.Values(value, characterSet))
            {
                add(text);
            }
        }
    }

    private void AddUid(string uid)
    {
        if (!Pseudonyms.IsStandard(uid))
        {
            known.AddUid(uid);
        }
    }

    /// <summary>Whether the profile takes it away for what it is, not because people may write anything into it.</summary>
    private bool Identifies(DicomValue value, IodTypes types) =>
        ConfidentialityProfile.Find(value.Tag) is { IsDescriptor: false, IsStructured: false, IsTemporal: false }
        && treatments.Of(value, types) is Treatment.Remove or Treatment.Empty or Treatment.Replace;
}
