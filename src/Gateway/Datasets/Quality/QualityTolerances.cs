namespace Scanlock.Gateway.Datasets.Quality;

/// <summary>How far slices of one series may differ and still count as alike: wider than scanners round, narrower than what misleads.</summary>
internal static class QualityTolerances
{
    /// <summary>Slices closer than so many mm lie in one place.</summary>
    public const double SamePlace = 0.01;

    /// <summary>A step may differ from the series' median step by so much of it...</summary>
    public const double StepShare = 0.1;

    /// <summary>...and always by so many mm.</summary>
    public const double StepLeast = 0.05;

    /// <summary>Slices fit together where their median step is their thickness, give or take so much of it.</summary>
    public const double ThicknessFit = 0.1;

    /// <summary>Pixel spacings that differ by more than so much are two.</summary>
    public const double SpacingShare = 0.001;

    /// <summary>Likewise thicknesses.</summary>
    public const double ThicknessShare = 0.01;

    /// <summary>Slices turned against each other by more than so many degrees have two orientations.</summary>
    public const double Turn = 1;

    /// <summary>A gantry, or a stack, leaning by more than so many degrees is tilted.</summary>
    public const double Tilt = 0.5;

    /// <summary>A series of fewer slices is a short one.</summary>
    public const int ShortSeries = 5;

    /// <summary>A chest holds air; where the lowest value is above so many Hounsfield units there is none.</summary>
    public const int HighestAir = -500;

    /// <summary>A chest holds bone; where the highest value is below so many Hounsfield units there is none.</summary>
    public const int LowestBone = 100;
}
