namespace Scanlock.Intake.Dicom;

/// <summary>All of an object that stands before its pixels.</summary>
/// <param name="Meta">The file meta information (PS3.10 chapter 7); empty where the object has none.</param>
/// <param name="DataSet">The elements before the pixels, little endian whatever the object is.</param>
/// <param name="TransferSyntax">As the meta information names it; null where it does not.</param>
/// <param name="Encoding">How the object is written; where that is not what the transfer syntax says, it is this that holds.</param>
internal sealed record DicomHeader(DicomDataSet Meta, DicomDataSet DataSet, string? TransferSyntax, DicomEncoding Encoding, PixelDataKind Pixels);

/// <summary>In which form an object has pixels.</summary>
internal enum PixelDataKind
{
    None,

    /// <summary>Sample by sample.</summary>
    Native,

    /// <summary>In fragments of an encoded stream (PS3.5 A.4).</summary>
    Encapsulated,

    /// <summary>As floating-point numbers, of which nothing is read here.</summary>
    Floating,
}
