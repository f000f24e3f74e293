using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Preparing;

/// <summary>What became of the slices of a dataset: numbers only.</summary>
/// <param name="Slices">All there are.</param>
/// <param name="Kept">Those that samples are made of.</param>
/// <param name="Constant">Of one value throughout.</param>
/// <param name="NotAxial">Not axial originals.</param>
/// <param name="NoLung">Without any lung.</param>
/// <param name="SmallArea">With too small a box around the lungs.</param>
/// <param name="LowRatio">With too little lung for their size.</param>
/// <param name="FewSlices">Good ones, but of patients with too few of them.</param>
/// <param name="PatientsDropped">Patients of whom nothing is left.</param>
internal sealed record PreparationReport(
    int Slices, int Kept, int Constant, int NotAxial, int NoLung, int SmallArea, int LowRatio, int FewSlices, int PatientsDropped)
{
    /// <summary>The same, as metrics have it.</summary>
    internal PreparationCounts Counts() => new(Slices, Kept, Constant, NotAxial, NoLung, SmallArea, LowRatio, FewSlices, PatientsDropped);

    /// <summary>Such as "10 slices: 3 constant, 7 not axial originals", which are what was dropped.</summary>
    internal string Sentence()
    {
        (int Count, string Reason)[] dropped =
        [
            (Constant, "constant"), (NotAxial, "not axial originals"), (NoLung, "without lung"), (SmallArea, "with too small a lung box"),
            (LowRatio, "with too little lung"), (FewSlices, "of patients with too few slices"),
        ];
        var reasons = string.Join(", ", dropped.Where(d => d.Count > 0).Select(d => $"{d.Count} {d.Reason}"));
        return reasons.Length > 0 ? $"{Slices} slices: {reasons}" : $"{Slices} slices";
    }
}
