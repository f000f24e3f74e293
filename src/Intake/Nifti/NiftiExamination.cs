using System.Runtime.InteropServices;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;
using Scanlock.Intake.Masks;
using Scanlock.Intake.Text;

namespace Scanlock.Intake.Nifti;

/// <summary>
/// Looks at one NIfTI file as it comes: (1) its header, and whether its slices are axial; (2) slice by slice the voxels, in the order DICOM has
/// them, of a volume as Hounsfield units searched for text, of a mask as what is marked; (3) whether it ended where it should.
/// </summary>
internal sealed class NiftiExamination(IntakeTask task, Findings findings)
{
    // Air, in the lungs or around the patient, and soft tissue: a volume of the chest has both, whatever else is in it.
    private const int SomeAir = -300;
    private const int SomeTissue = 0;

    private const int PreambleBytes = 128;

    private static ReadOnlySpan<byte> GzipStart => [0x1f, 0x8b, 0x08];

    /// <summary>Whether an object that begins so is one to be looked at here. The preamble of a DICOM object may look like anything.</summary>
    internal static bool IsOne(ReadOnlySpan<byte> start) =>
        (start.StartsWith(GzipStart) || NiftiFields.Length(start) > 0) && !(start.Length > PreambleBytes && start[PreambleBytes..].StartsWith("DICM"u8));

    internal Judgement Of(ReadOnlySpan<byte> start, Stream content)
    {
        using var file = new VoxelStream(content, start.StartsWith(GzipStart));
        try
        {
            var bytes = new byte[NiftiFields.BytesOfOne];
            file.Read(bytes);
            var length = NiftiFields.Length(bytes);
            if (length == 0)
            {
                return Judgement.Of(RefusalCode.NotDicom);
            }

            Array.Resize(ref bytes, length);
            file.Read(bytes.AsSpan(NiftiFields.BytesOfOne));
            var header = NiftiHeader.Read(bytes);
            var grid = AxialGrid.Of(header);
            file.Skip(header.Offset - bytes.Length);
            findings.Add(IntakeHead.OfVolume);
            return task.Masks is { OfVolume: true } ? TakeMask(file, header, grid) : TakeVolume(file, header, grid);
        }
        catch (DicomException exception)
        {
            return Judgement.Of(exception.Code);
        }
    }

    private Judgement TakeVolume(VoxelStream file, NiftiHeader header, AxialGrid grid)
    {
        file.IsVolume = true;
        QuarantineCode? quarantine = null;
        var (lowest, highest) = (int.MaxValue, int.MinValue);
        var (bytes, values) = (new byte[header.Columns * header.VoxelBytes], new double[header.Columns]);
        for (var slice = 0; slice < header.Slices; slice++)
        {
            var units = new short[grid.Rows * grid.Columns];
            for (var second = 0; second < header.Rows; second++)
            {
                file.Read(header, bytes, values);
                for (var first = 0; first < values.Length; first++)
                {
                    units[grid.Pixel(first, second)] = InUnits(values[first]);
                }
            }

            var (low, high) = (units.Min(), units.Max());
            (lowest, highest) = (Math.Min(lowest, low), Math.Max(highest, high));
            quarantine = Take(units, slice, grid, new SliceMeasure(header.Slope, header.Intercept, null, low, high)) ?? quarantine;
        }

        file.End();
        return lowest <= SomeAir && highest >= SomeTissue ? new Judgement(null, quarantine, null) : Judgement.Of(RefusalCode.NotHounsfield);
    }

    private QuarantineCode? Take(short[] units, int slice, AxialGrid grid, SliceMeasure measure)
    {
        var hides = task.Text == BurnedInTextRule.Mask;
        var regions = hides ? BurnedInText.Hide(units, grid.Rows, grid.Columns) : BurnedInText.Find(units, grid.Rows, grid.Columns);
        findings.Add(
            new IntakeSample(slice, grid.Rows, grid.Columns, grid.Slice(slice), measure, hides ? regions.Count : 0), MemoryMarshal.AsBytes(units.AsSpan()));
        return regions.Count > 0 && !hides ? QuarantineCode.BurnedInText : null;
    }

    private static short InUnits(double value) =>
        double.IsFinite(value)
            ? (short)Math.Clamp(Math.Round(value, MidpointRounding.AwayFromZero), short.MinValue, short.MaxValue)
            : throw new DicomException(RefusalCode.NotHounsfield);

    /// <summary>Says the slices with marks; of a mask without any the first, for that nothing is marked is worth knowing too.</summary>
    private Judgement TakeMask(VoxelStream file, NiftiHeader header, AxialGrid grid)
    {
        var masks = new MaskFindings(findings, task.Masks);
        var (bytes, values) = (new byte[header.Columns * header.VoxelBytes], new double[header.Columns]);
        for (var slice = 0; slice < header.Slices; slice++)
        {
            var bitmap = new byte[MaskContent.BitmapBytes(grid.Rows, grid.Columns)];
            for (var second = 0; second < header.Rows; second++)
            {
                file.Read(header, bytes, values);
                for (var first = 0; first < values.Length; first++)
                {
                    if (values[first] > 0)
                    {
                        MaskContent.Mark(bitmap, grid.Pixel(first, second));
                    }
                }
            }

            if (bitmap.AsSpan().ContainsAnyExcept((byte)0))
            {
                Say(masks, slice, grid, bitmap);
            }
        }

        file.End();
        if (masks.Count == 0)
        {
            Say(masks, 0, grid, new byte[MaskContent.BitmapBytes(grid.Rows, grid.Columns)]);
        }

        return new Judgement(null, null, null);
    }

    private static void Say(MaskFindings masks, int slice, AxialGrid grid, byte[] bitmap)
    {
        var lies = grid.Slice(slice);
        masks.Add(null, null, null, new MaskFacts(MaskForm.Bitmap, grid.Rows, grid.Columns, lies.Position, lies.Orientation), bitmap);
    }
}
