using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>The attributes that say whose an object is, and which.</summary>
internal static class IdentityTags
{
    internal static readonly DicomTag SpecificCharacterSet = new(0x0008, 0x0005);
    internal static readonly DicomTag SopClass = new(0x0008, 0x0016);
    internal static readonly DicomTag SopInstance = new(0x0008, 0x0018);
    internal static readonly DicomTag PatientName = new(0x0010, 0x0010);
    internal static readonly DicomTag PatientId = new(0x0010, 0x0020);
    internal static readonly DicomTag IssuerOfPatientId = new(0x0010, 0x0021);
    internal static readonly DicomTag StudyInstance = new(0x0020, 0x000d);
    internal static readonly DicomTag SeriesInstance = new(0x0020, 0x000e);
    internal static readonly DicomTag ContentSequence = new(0x0040, 0xa730);
}
