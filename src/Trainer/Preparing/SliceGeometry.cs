using Scanlock.Contracts.Datasets;

namespace Scanlock.Trainer.Preparing;

/// <summary>What a sample record says of how its slice lies in the patient.</summary>
internal static class SliceGeometry
{
    /// <summary>A tilted gantry leans up to 30 degrees; a coronal or sagittal plane stands at 90.</summary>
    private const double AxialCosine = 0.8;

    /// <summary>
    /// Whether the slice is an axial original. The orientation decides where there is one. Image Type (DICOM PS3.3 C.8.2.1.1.1) must
    /// hold ORIGINAL and not LOCALIZER, and AXIAL where there is no orientation to go by. A slice of which neither is known passes:
    /// nothing speaks against it.
    /// </summary>
    internal static bool IsAxialOriginal(SampleRecord record)
    {
        var type = record.ImageType;
        var original = type.Count == 0 || (type.Contains("ORIGINAL") && !type.Contains("LOCALIZER"));
        return original && (Normal(record) is { } normal
            ? Math.Abs(normal.Z) >= AxialCosine
            : type.Count == 0 || type.Contains("AXIAL"));
    }

    /// <summary>Where the slice stands along its series' normal, mm; without a position its number; without that 0.</summary>
    internal static double Order(SampleRecord record)
    {
        if (record.Position is not { Count: 3 } position)
        {
            return record.SliceIndex ?? 0;
        }

        // The same direction for every slice of a series, and upwards for axial ones, whichever way round their rows run.
        var (x, y, z) = Normal(record) ?? (0, 0, 1);
        var along = (x * position[0]) + (y * position[1]) + (z * position[2]);
        return z < 0 ? -along : along;
    }

    private static (double X, double Y, double Z)? Normal(SampleRecord record) => record.Orientation is { Count: 6 } o
        ? ((o[1] * o[5]) - (o[2] * o[4]), (o[2] * o[3]) - (o[0] * o[5]), (o[0] * o[4]) - (o[1] * o[3]))
        : null;
}
