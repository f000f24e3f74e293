using System.Security.Cryptography;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>
/// De-identifies headers by PS3.15's Basic Application Level Confidentiality Profile and its options: (1) gather what the object says of its
/// people; (2) decide for each element by the profile, at every depth; (3) search what stays for what was gathered; (4) record the method.
/// </summary>
/// <param name="options">The options of the profile.</param>
/// <param name="key">The dataset's: the same key gives the same pseudonyms, UIDs and days, another key others.</param>
/// <exception cref="FormatException">A safe private element is not named as it must be.</exception>
internal sealed class Deidentifier(DeidentificationOptions options, byte[] key)
{
    private readonly Pseudonyms pseudonyms = new(key);
    private readonly Treatments treatments = new(options);
    private readonly SafePrivate safePrivate = new(options.SafePrivate);

    /// <summary>A new data set; the original is not changed. Pixels are not in it.</summary>
    /// <param name="original">The data set.</param>
    /// <param name="hasPixels">Whether the object has pixels, which are cleaned by another where the options ask for it.</param>
    internal (DicomDataSet DataSet, DeidentificationReport Report) Deidentify(DicomDataSet original, bool hasPixels)
    {
        var characterSet = CharacterSets.Of(original, "");
        var types = new IodTypes(original.Uid(IdentityTags.SopClass));
        var known = new KnownIdentity();
        new IdentityCollection(treatments, known).Collect(original, types, characterSet);

        var patient = PatientOf(original);
        var report = new ReportBuilder();
        var values = new ValueTreatment(new TextCleaning(known), pseudonyms, pseudonyms.Days(patient));
        var set = new DataSetPass(treatments, safePrivate, values, report).Apply(original, new Surroundings(types, characterSet));
        NameInstance(original, set, report);
        NamePatient(original, set, pseudonyms.Patient(patient), report);
        MethodRecord.AddTo(set, options, hasPixels);
        return (set, report.Build());
    }

    /// <summary>Whose object it is, as the gateway identifies patients; of an object without Patient ID, its study.</summary>
    private static string PatientOf(DicomDataSet set) => set.Text(IdentityTags.PatientId) is { } id
        ? $"{set.Text(IdentityTags.IssuerOfPatientId)}:{id}"
        : $"study:{set.Uid(IdentityTags.StudyInstance) ?? set.Uid(IdentityTags.SeriesInstance)}";

    /// <summary>
    /// Others' de-identification has left objects without an instance's UID, which nobody can then store or cite: those get one from what their
    /// header holds, the same for the same object.
    /// </summary>
    private void NameInstance(DicomDataSet original, DicomDataSet set, ReportBuilder report)
    {
        if (original.Uid(IdentityTags.SopInstance) is null)
        {
            using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            AppendTo(digest, original);
            set.Set(TextValue.Ascii(IdentityTags.SopInstance, "UI", pseudonyms.Uid($"header:{Convert.ToHexStringLower(digest.GetHashAndReset())}")));
            report.Add(IdentityTags.SopInstance, DeidentificationAction.Added);
        }
    }

    private static void AppendTo(IncrementalHash digest, DicomDataSet set)
    {
        foreach (var element in set)
        {
            digest.AppendData(BitConverter.GetBytes(element.Tag.Value));
            if (element is DicomValue value)
            {
                digest.AppendData(value.Bytes.Span);
            }
            else if (element is DicomSequence sequence)
            {
                foreach (var item in sequence.Items)
                {
                    AppendTo(digest, item);
                }
            }
        }
    }

    /// <summary>Patient ID is type 2, so it is there also where it was missing; the name only where it was.</summary>
    private static void NamePatient(DicomDataSet original, DicomDataSet set, string pseudonym, ReportBuilder report)
    {
        if (original.Has(IdentityTags.PatientName))
        {
            set.Set(TextValue.Ascii(IdentityTags.PatientName, "PN", pseudonym));
            report.Add(IdentityTags.PatientName, DeidentificationAction.Replaced);
        }

        set.Set(TextValue.Ascii(IdentityTags.PatientId, "LO", pseudonym));
        report.Add(IdentityTags.PatientId, DeidentificationAction.Replaced);
    }
}
