using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Preparing;

/// <summary>
/// Which slices show enough lung, and which patients enough slices: the rules of the CLAIRE COVID-19 pipeline's own preparation
/// (github.com/CLAIRE-COVID/AI-Covid19-preprocessing, preprocessing_v2), with a mask made without a network.
/// </summary>
/// <param name="MinArea">
/// Smallest area of the box around the lungs, counted as if the slice had 512 x 512 pixels, so that slices of other matrices are held
/// to the same share of the picture.
/// </param>
/// <param name="MinRatio">Smallest number of lung pixels over the number of all others in the slice.</param>
/// <param name="MinSlices">Fewest such slices of a patient.</param>
internal sealed record LungCriteria(double MinArea, double MinRatio, int MinSlices)
{
    private const double ReferencePixels = 512 * 512;

    internal static LungCriteria Of(LungPreparation by) => new(by.MinArea, by.MinRatio, by.MinSlices);

    /// <summary>The box around the lungs where there is enough of them.</summary>
    internal (SliceVerdict Verdict, Box Box) Judge(BitImage lungs)
    {
        var pixels = (long)lungs.Rows * lungs.Columns;
        if (lungs.Bounds() is not { } box)
        {
            return (SliceVerdict.NoLung, new Box(0, 0, lungs.Rows, lungs.Columns));
        }

        if ((double)box.Rows * box.Columns * ReferencePixels / pixels < MinArea)
        {
            return (SliceVerdict.SmallArea, box);
        }

        var lung = lungs.Count();
        return lung < MinRatio * (pixels - lung) ? (SliceVerdict.LowRatio, box) : (SliceVerdict.Kept, box);
    }
}
