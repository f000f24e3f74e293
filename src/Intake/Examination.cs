using gdcm;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake;

/// <summary>What became of one object.</summary>
internal abstract record Examination
{
    private Examination() { }

    internal sealed record Refused(RefusalCode Code) : Examination;

    /// <param name="Head">Whose it is.</param>
    /// <param name="Sample">What is said of it.</param>
    /// <param name="Pixels">int16 Hounsfield units, little endian, row by row.</param>
    internal sealed record Accepted(IntakeHead Head, IntakeSample Sample, byte[] Pixels) : Examination;

    /// <summary>
    /// 1. See that the object is whole. 2. Read the header as far as the pixels, which are left where they are. 3. Judge it: kind, sizes,
    /// form. 4. Only then decode the pixels. 5. Check that they are what the header said. 6. Tell them in Hounsfield units.
    /// </summary>
    internal static Examination Of(string file)
    {
        Structure structure;
        using (var bytes = System.IO.File.OpenRead(file))
        {
            structure = Structure.Of(bytes);
        }

        return structure switch
        {
            Structure.NotDicom => new Refused(RefusalCode.NotDicom),
            Structure.Broken => new Refused(RefusalCode.Damaged),
            Structure.TooLarge => new Refused(RefusalCode.TooLarge),
            Structure.Unclear => OfWhole(file, hasPixels: true, null),
            Structure.Whole whole => OfWhole(file, whole.Pixels is not null, whole.Pixels),
            _ => throw new InvalidOperationException("No such structure."),
        };
    }

    private static Examination OfWhole(string file, bool hasPixels, PixelExtent? pixels)
    {
        if (ReadHeader(file) is not { } header)
        {
            return new Refused(RefusalCode.Damaged);
        }

        if (Admission.Judge(header, hasPixels, pixels) is { } code)
        {
            return new Refused(code);
        }

        using var images = new ImageReader();
        images.SetFileName(file);
        return images.Read() ? Decode(images.GetImage(), header) : new Refused(RefusalCode.Damaged);
    }

    private static ObjectHeader? ReadHeader(string file)
    {
        using var pixelData = new Tag(0x7fe0, 0x0010);
        using var reader = new Reader();
        reader.SetFileName(file);
        return reader.ReadUpToTag(pixelData) ? ObjectHeader.Read(reader.GetFile()) : null;
    }

    private static Examination Decode(Image image, ObjectHeader header)
    {
        using var format = image.GetPixelFormat();

        // A codec knows better than the header how it stored the samples, and GDCM believes it.
        var form = new PixelForm(format.GetBitsAllocated(), format.GetBitsStored(), format.GetHighBit(), format.GetPixelRepresentation() == 1);
        if (format.GetSamplesPerPixel() != 1 || !form.IsReadable)
        {
            return new Refused(RefusalCode.UnsupportedPixels);
        }

        var (rows, columns) = (header.Rows!.Value, header.Columns!.Value);
        if (image.GetDimension(0) != columns || image.GetDimension(1) != rows || image.GetBufferLength() != rows * columns * form.Bytes)
        {
            return new Refused(RefusalCode.Damaged);
        }

        var stored = new byte[image.GetBufferLength()];
        if (!image.GetBuffer(stored))
        {
            return new Refused(RefusalCode.Damaged);
        }

        var pixels = Hounsfield.Convert(stored, form, header.Rescale!, header.Padding);
        var (lowest, highest) = Hounsfield.Range(pixels);
        var measure = new SliceMeasure(header.Rescale!.Slope, header.Rescale.Intercept, header.GantryTilt, lowest, highest);
        return new Accepted(header.Identifiers!, new IntakeSample(0, rows, columns, header.Slice, measure, 0), pixels);
    }
}
