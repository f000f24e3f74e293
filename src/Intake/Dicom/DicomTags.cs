namespace Scanlock.Intake.Dicom;

/// <summary>The elements that structure a data set (PS3.5 chapter 7); those that say something are named where they are read.</summary>
internal static class DicomTags
{
    internal static readonly DicomTag GroupLength = new(0x0002, 0x0000);
    internal static readonly DicomTag MediaStorageSopClass = new(0x0002, 0x0002);
    internal static readonly DicomTag TransferSyntax = new(0x0002, 0x0010);
    internal static readonly DicomTag PixelRepresentation = new(0x0028, 0x0103);
    internal static readonly DicomTag ExtendedOffsetTable = new(0x7fe0, 0x0001);
    internal static readonly DicomTag ExtendedOffsetTableLengths = new(0x7fe0, 0x0002);
    internal static readonly DicomTag FloatPixelData = new(0x7fe0, 0x0008);
    internal static readonly DicomTag DoubleFloatPixelData = new(0x7fe0, 0x0009);
    internal static readonly DicomTag PixelData = new(0x7fe0, 0x0010);
    internal static readonly DicomTag Item = new(0xfffe, 0xe000);
    internal static readonly DicomTag ItemEnd = new(0xfffe, 0xe00d);
    internal static readonly DicomTag SequenceEnd = new(0xfffe, 0xe0dd);
}
