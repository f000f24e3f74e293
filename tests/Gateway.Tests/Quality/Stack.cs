using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Datasets.Quality;

namespace Scanlock.Gateway.Tests.Quality;

/// <summary>A made-up series of slices, to put one fault into.</summary>
internal static class Stack
{
    public const string Series = "s0123456789abcdef";

    /// <summary>Without any fault: slices stacked along their normal, as thick as they are apart, numbered from 1, with air and bone.</summary>
    public static List<JudgedSlice> Clean(int count = 20, double step = 2, double tilt = 0)
    {
        var (cosine, sine) = (Math.Cos(tilt * Math.PI / 180), Math.Sin(tilt * Math.PI / 180));
        return [.. Enumerable.Range(0, count).Select(i => new JudgedSlice(
            new("u", i, 0), "p", $"sop{i}",
            new(512, 512,
                new(i + 1, [-180.5, -200.25 - (sine * i * step), 10 + (cosine * i * step)], [1, 0, 0, 0, cosine, sine], [0.7, 0.7, step], ["ORIGINAL"]),
                new(1, -1024, null, -1024, 1500))))];
    }

    public static JudgedSlice With(this JudgedSlice slice, Func<SliceFacts, SliceFacts> change) =>
        new(slice.Address, slice.Patient, slice.Sop, slice.Facts with { Slice = change(slice.Facts.Slice) });

    public static JudgedSlice With(this JudgedSlice slice, Func<SliceMeasure, SliceMeasure> change) =>
        new(slice.Address, slice.Patient, slice.Sop, slice.Facts with { Measure = change(slice.Facts.Measure) });

    /// <summary>The same slice, from the facts as they would be with another matrix.</summary>
    public static JudgedSlice Sized(this JudgedSlice slice, int rows, int columns) =>
        new(slice.Address, slice.Patient, slice.Sop, slice.Facts with { Rows = rows, Columns = columns });

    /// <summary>Moved by so many mm.</summary>
    public static JudgedSlice Moved(this JudgedSlice slice, double x, double y, double z) =>
        slice.With((SliceFacts facts) => facts with { Position = [facts.Position![0] + x, facts.Position[1] + y, facts.Position[2] + z] });

    /// <summary>One slice of a series, replaced.</summary>
    public static List<JudgedSlice> But(this List<JudgedSlice> slices, int index, Func<JudgedSlice, JudgedSlice> change) =>
        [.. slices.Select((slice, i) => i == index ? change(slice) : slice)];

    /// <summary>Every slice of a series, changed.</summary>
    public static List<JudgedSlice> Each(this List<JudgedSlice> slices, Func<JudgedSlice, int, JudgedSlice> change) => [.. slices.Select(change)];

    public static IReadOnlyList<QualityFinding> Judged(this IReadOnlyList<JudgedSlice> slices) => SeriesQuality.Judge(Series, slices);
}
