using gdcm;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Pixels;

/// <summary>Decodes frames by GDCM, which gets a file of ours with the one frame in it and nothing else of the object.</summary>
/// <param name="scratch">Where that file is put, in the sandbox's memory: GDCM reads files only.</param>
internal sealed class GdcmDecoder(ImagePixels image, string transferSyntax, string scratch)
{
    private const string SecondaryCapture = "1.2.840.10008.5.1.4.1.1.7";

    internal DecodedFrame Decode(int number, ReadOnlySpan<byte> encoded)
    {
        WriteScratch(encoded);
        try
        {
            using var images = new ImageReader();
            images.SetFileName(scratch);
            return images.Read() ? Take(number, images.GetImage()) : throw new DicomException(RefusalCode.Damaged);
        }
        finally
        {
            // The sandbox has this one file, and no directory to make another in.
            System.IO.File.WriteAllBytes(scratch, []);
        }
    }

    private DecodedFrame Take(int number, Image decoded)
    {
        using var format = decoded.GetPixelFormat();
        var form = new PixelForm(format.GetBitsAllocated(), format.GetBitsStored(), format.GetHighBit(), format.GetPixelRepresentation() == 1);
        if (format.GetSamplesPerPixel() != image.SamplesPerPixel || !form.IsReadable)
        {
            throw new DicomException(RefusalCode.UnsupportedPixels);
        }

        var bytes = image.Rows * image.Columns * image.SamplesPerPixel * form.Bytes;
        if (decoded.GetDimension(0) != image.Columns || decoded.GetDimension(1) != image.Rows || decoded.GetBufferLength() != bytes)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        var samples = new byte[bytes];
        return decoded.GetBuffer(samples) ? new DecodedFrame(number, samples, form, IsPlanar: false) : throw new DicomException(RefusalCode.Damaged);
    }

    private void WriteScratch(ReadOnlySpan<byte> encoded)
    {
        using var file = System.IO.File.Create(scratch);
        var writer = new DicomWriter(file);
        writer.WriteHeader(Describe(), transferSyntax);
        writer.BeginEncapsulatedPixels();
        writer.WriteFragment([]);
        writer.WriteFragment(encoded);
        writer.End();
    }

    private DicomDataSet Describe()
    {
        // The decoder has no business with what grey stands for; of colours it must know how they are coded.
        var photometric = image.SamplesPerPixel == 1 ? "MONOCHROME2" : image.Photometric;
        return new DicomDataSet(
        [
            Text(0x0008, 0x0016, "UI", SecondaryCapture), Text(0x0008, 0x0018, "UI", "2.25.1"), Word(0x0028, 0x0002, image.SamplesPerPixel),
            Text(0x0028, 0x0004, "CS", photometric), Word(0x0028, 0x0006, 0), Word(0x0028, 0x0010, image.Rows), Word(0x0028, 0x0011, image.Columns),
            Word(0x0028, 0x0100, image.Form.BitsAllocated), Word(0x0028, 0x0101, image.Form.BitsStored), Word(0x0028, 0x0102, image.Form.HighBit),
            Word(0x0028, 0x0103, image.Form.Signed ? 1 : 0),
        ]);
    }

    private static DicomValue Text(ushort group, ushort element, string vr, string text) =>
        new(new DicomTag(group, element), vr, System.Text.Encoding.ASCII.GetBytes(text));

    private static DicomValue Word(ushort group, ushort element, int value) => new(new DicomTag(group, element), "US", BitConverter.GetBytes((ushort)value));
}
