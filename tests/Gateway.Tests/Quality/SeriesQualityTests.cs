using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Datasets.Quality;

namespace Scanlock.Gateway.Tests.Quality;

/// <summary>Each detector against a series with just its fault, and against ones with none.</summary>
public sealed class SeriesQualityTests
{
    [Fact]
    public void A_clean_series_has_no_findings() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Gen.Choose(5, 40).SelectMany(count => Gen.Choose(5, 100).SelectMany(step => Gen.Choose(0, 359).Select(turn => (count, step: step / 10.0, turn)))).ToArbitrary(),
            stack => Assert.Empty(Turned(Stack.Clean(stack.count, stack.step), stack.turn).Judged())));

    [Fact]
    public void A_slice_that_is_missing_anywhere_inside_is_one_gap_before_the_next() =>
        Check.QuickThrowOnFailure(Prop.ForAll(
            Gen.Choose(7, 40).SelectMany(count => Gen.Choose(1, count - 2).Select(missing => (count, missing))).ToArbitrary(),
            stack =>
            {
                var findings = Stack.Clean(stack.count).Where((_, i) => i != stack.missing).ToList().Judged();
                var gap = Assert.Single(findings, finding => finding.Code == QualityCode.Gap);
                Assert.Equal((1, new SliceAddress("u", stack.missing + 1, 0)), (gap.Count, Assert.Single(gap.Slices)));
                Assert.Contains("usual 2 mm, the longest 4 mm", gap.Sentence, StringComparison.Ordinal);
                var number = Assert.Single(findings, finding => finding.Code == QualityCode.MissingNumbers);
                Assert.Contains($": {stack.missing + 1}.", number.Sentence, StringComparison.Ordinal);
                Assert.Equal(2, findings.Count);
            }));

    [Fact]
    public void The_order_in_which_slices_came_does_not_matter()
    {
        var slices = Stack.Clean().But(7, slice => slice.Moved(0, 0, 0.6));
        Assert.Equal(
            slices.Judged().Select(finding => (finding.Code, finding.Sentence)),
            slices.OrderBy(slice => slice.Address.Ordinal * 7 % 20).ToList().Judged().Select(finding => (finding.Code, finding.Sentence)));
    }

    public static TheoryData<QualityCode, QualitySeverity, int, string> Faults() => new()
    {
        // A slice 0.6 mm too far up makes one step longer and the next shorter.
        { QualityCode.Gap, QualitySeverity.Warning, 1, "longest 2.6 mm" },
        { QualityCode.Overlap, QualitySeverity.Warning, 1, "shortest 1.4 mm" },
        { QualityCode.SamePosition, QualitySeverity.Warning, 3, "3 slices" },
        { QualityCode.ThinSlices, QualitySeverity.Info, 20, "0.5 mm thick and 2 mm apart" },
        { QualityCode.ThickSlices, QualitySeverity.Info, 20, "5 mm thick and 2 mm apart" },
        { QualityCode.MissingNumbers, QualitySeverity.Warning, 10, "10 instance numbers are missing between 1 and 30: 11 to 20" },
        { QualityCode.RepeatedNumbers, QualitySeverity.Warning, 2, "share an instance number" },
        { QualityCode.MixedOrientation, QualitySeverity.Error, 4, "turned against the other 16" },
        { QualityCode.MixedSpacing, QualitySeverity.Error, 5, "pixels of 0.71 x 0.7 mm" },
        { QualityCode.MixedThickness, QualitySeverity.Warning, 1, "a thickness of 2.5 mm, or others, where most have a thickness of 2 mm" },
        { QualityCode.MixedMatrix, QualitySeverity.Warning, 2, "256 x 256" },
        { QualityCode.MixedRescale, QualitySeverity.Warning, 3, "where most are by 1 and -1024" },
        { QualityCode.NoIntercept, QualitySeverity.Error, 20, "not Hounsfield units" },
        { QualityCode.NoAir, QualitySeverity.Error, 2, "the lowest -490" },
        { QualityCode.NoBone, QualitySeverity.Error, 1, "the highest 90" },
        { QualityCode.Clipped, QualitySeverity.Error, 2, "16 bits" },
        { QualityCode.ConstantImage, QualitySeverity.Warning, 1, "one value" },
        { QualityCode.GantryTilt, QualitySeverity.Warning, 20, "12.5 degrees, and the slices are stacked along their normal" },
        { QualityCode.NoPosition, QualitySeverity.Warning, 2, "2 of 20 slices say not where they lie" },
        { QualityCode.NoOrientation, QualitySeverity.Warning, 2, "say not how they are turned" },
        { QualityCode.NoSpacing, QualitySeverity.Warning, 1, "say not how large" },
        { QualityCode.ShortSeries, QualitySeverity.Info, 4, "4 slices" },
        { QualityCode.SeveralPatients, QualitySeverity.Error, 2, "2 patients" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_found_and_nothing_else_but_what_comes_with_it(QualityCode code, QualitySeverity severity, int count, string says)
    {
        var findings = With(code).Judged();
        var found = Assert.Single(findings, finding => finding.Code == code);
        Assert.Equal((severity, count, Stack.Series), (found.Severity, found.Count, found.Series));
        Assert.Contains(says, found.Sentence, StringComparison.Ordinal);
        QualityCode[] alongside = code switch
        {
            QualityCode.Gap or QualityCode.Overlap => [QualityCode.Gap, QualityCode.Overlap],
            QualityCode.NoPosition or QualityCode.NoOrientation => [code, QualityCode.Gap],
            QualityCode.MixedOrientation => [code, QualityCode.Gap],
            _ => [code],
        };
        Assert.Empty(findings.Select(finding => finding.Code).Except(alongside));
    }

    [Fact]
    public void Every_code_of_a_series_has_a_fault_to_show_it() =>
        Assert.Equal(
            Enum.GetValues<QualityCode>().Except([QualityCode.SameInstance, QualityCode.SamePixels, QualityCode.SeveralStudies, QualityCode.MixedLabels, QualityCode.UnmatchedMasks]).Order(),
            Faults().Select(row => row.Data.Item1).Order());

    [Theory]
    [InlineData(0.4, false)]
    [InlineData(0.6, true)]
    [InlineData(15, true)]
    public void A_stack_that_leans_is_tilted_whatever_the_header_says(double degrees, bool isFound)
    {
        var slices = Stack.Clean().Each((slice, i) => slice.Moved(0, Math.Tan(degrees * Math.PI / 180) * 2 * i, 0));
        var found = slices.Judged();
        Assert.Equal(isFound ? [QualityCode.GantryTilt] : [], found.Select(finding => finding.Code));
        Assert.All(found, finding => Assert.Contains($"{degrees:0.#} degrees off their normal", finding.Sentence, StringComparison.Ordinal));
    }

    [Fact]
    public void An_oblique_stack_is_clean_and_its_steps_are_measured_along_its_normal()
    {
        Assert.Empty(Stack.Clean(tilt: 25).Judged());
        var gap = Assert.Single(Stack.Clean(tilt: 25).Where((_, i) => i is not 5 and not 6).ToList().Judged(), finding => finding.Code == QualityCode.Gap);
        Assert.Contains("usual 2 mm, the longest 6 mm", gap.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_no_scanner_gives_are_judged_without_harm()
    {
        var slices = Stack.Clean().Each((slice, i) => slice.With((SliceFacts facts) => facts with
        {
            SliceIndex = i % 2 == 0 ? int.MinValue : int.MaxValue,
            Position = i % 3 == 0 ? [double.MaxValue, double.MinValue, 0] : i % 3 == 1 ? [0, 0, 0] : facts.Position,
            Orientation = i % 4 == 0 ? [0, 0, 0, 0, 0, 0] : i % 4 == 1 ? [1, 0, 0, 1, 0, 0] : facts.Orientation,
            Spacing = i % 5 == 0 ? [0, -1, -1] : facts.Spacing,
        }));
        var missing = Assert.Single(slices.Judged(), finding => finding.Code == QualityCode.MissingNumbers);
        Assert.Equal(int.MaxValue, missing.Count);
    }

    [Fact]
    public void A_changed_copy_of_a_slice_is_not_found_again_as_a_fault_of_the_stack()
    {
        var slices = Stack.Clean();
        slices.Add(new(new("v", 0, 0), "p", slices[3].Sop, slices[3].Facts));
        Assert.Empty(slices.Judged());
    }

    /// <summary>Turned about the patient's long axis, so that no cosine is a round number.</summary>
    private static List<JudgedSlice> Turned(List<JudgedSlice> slices, int degrees)
    {
        var (cosine, sine) = (Math.Cos(degrees * Math.PI / 180), Math.Sin(degrees * Math.PI / 180));
        return slices.Each((slice, _) => slice.With((SliceFacts facts) => facts with { Orientation = [cosine, sine, 0, -sine, cosine, 0] }));
    }

    private static List<JudgedSlice> With(QualityCode code)
    {
        var clean = Stack.Clean();
        return code switch
        {
            QualityCode.Gap or QualityCode.Overlap => clean.But(9, slice => slice.Moved(0, 0, 0.6)),
            QualityCode.SamePosition => [.. clean, .. MoreFrom(clean, 3, 3)],
            QualityCode.ThinSlices => clean.Each((slice, _) => slice.With((SliceFacts facts) => facts with { Spacing = [0.7, 0.7, 0.5] })),
            QualityCode.ThickSlices => clean.Each((slice, _) => slice.With((SliceFacts facts) => facts with { Spacing = [0.7, 0.7, 5] })),
            QualityCode.MissingNumbers => clean.Each((slice, i) => slice.With((SliceFacts facts) => facts with { SliceIndex = i < 10 ? i + 1 : i + 11 })),
            QualityCode.RepeatedNumbers => clean.But(19, slice => slice.With((SliceFacts facts) => facts with { SliceIndex = 1 })),
            QualityCode.MixedOrientation => clean.Each((slice, i) => i < 4 ? slice.With((SliceFacts facts) => facts with { Orientation = [0, 1, 0, 0, 0, -1] }) : slice),
            QualityCode.MixedSpacing => clean.Each((slice, i) => i < 5 ? slice.With((SliceFacts facts) => facts with { Spacing = [0.71, 0.7, 2] }) : slice),
            QualityCode.MixedThickness => clean.But(0, slice => slice.With((SliceFacts facts) => facts with { Spacing = [0.7, 0.7, 2.5] })),
            QualityCode.MixedMatrix => clean.Each((slice, i) => i < 2 ? slice.Sized(256, 256) : slice),
            QualityCode.MixedRescale => clean.Each((slice, i) => i < 3 ? slice.With((SliceMeasure measure) => measure with { RescaleIntercept = -1000 }) : slice),
            QualityCode.NoIntercept => clean.Each((slice, _) => slice.With((SliceMeasure measure) => measure with { RescaleIntercept = 0, Lowest = 0, Highest = 2524 })),
            QualityCode.NoAir => clean.Each((slice, i) => i < 2 ? slice.With((SliceMeasure measure) => measure with { Lowest = -490 + i }) : slice),
            QualityCode.NoBone => clean.But(4, slice => slice.With((SliceMeasure measure) => measure with { Highest = 90 })),
            QualityCode.Clipped => clean.But(1, slice => slice.With((SliceMeasure measure) => measure with { Lowest = -32768 })).But(2, slice => slice.With((SliceMeasure measure) => measure with { Highest = 32767 })),
            QualityCode.ConstantImage => clean.But(0, slice => slice.With((SliceMeasure measure) => measure with { Lowest = 0, Highest = 0 })),
            QualityCode.GantryTilt => clean.Each((slice, _) => slice.With((SliceMeasure measure) => measure with { GantryTilt = -12.5 })),
            QualityCode.NoPosition => clean.But(0, slice => slice.With((SliceFacts facts) => facts with { Position = null })).But(1, slice => slice.With((SliceFacts facts) => facts with { Position = [1e9, 0, 0] })),
            QualityCode.NoOrientation => clean.But(0, slice => slice.With((SliceFacts facts) => facts with { Orientation = null })).But(1, slice => slice.With((SliceFacts facts) => facts with { Orientation = [0, 0, 0, 0, 0, 0] })),
            QualityCode.NoSpacing => clean.But(0, slice => slice.With((SliceFacts facts) => facts with { Spacing = null })),
            QualityCode.ShortSeries => clean[..4],
            QualityCode.SeveralPatients => clean.But(0, slice => new(slice.Address, "q", slice.Sop, slice.Facts)),
            _ => throw new ArgumentOutOfRangeException(nameof(code), code, "No fault of a series."),
        };
    }

    /// <summary>More slices where the series' are, of instances and numbers of their own.</summary>
    private static IEnumerable<JudgedSlice> MoreFrom(List<JudgedSlice> slices, int from, int count) =>
        slices.Skip(from).Take(count).Select((slice, i) => new JudgedSlice(
            new("u", slices.Count + i, 0), slice.Patient, $"more{i}", slice.Facts with { Slice = slice.Facts.Slice with { SliceIndex = slices.Count + i + 1 } }));
}
