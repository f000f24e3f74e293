using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Datasets.Quality;

namespace Scanlock.Gateway.Tests.Quality;

public sealed class DuplicateTests
{
    [Fact]
    public void Objects_of_one_instance_with_other_bytes_are_found_once_each()
    {
        PossibleDouble[] rows = [Row(0, "a", "x"), Row(1, "a", "y"), Row(2, "a", "z"), Row(3, "b", "w"), Row(4, null, "v"), Row(5, null, "u")];
        var found = Assert.Single(Duplicates.SameInstance(rows));
        Assert.Equal((QualityCode.SameInstance, 2, "s"), (found.Code, found.Count, found.Series));
        Assert.Equal([1, 2], found.Slices.Select(slice => slice.Ordinal));
    }

    [Fact]
    public void The_frames_of_one_object_are_no_doubles_of_each_other() =>
        Assert.Empty(Duplicates.SameInstance([Row(0, "a", "x"), Row(0, "a", "x") with { Address = new("u", 0, 1) }]));

    [Fact]
    public void The_same_pixels_under_other_instances_are_told_by_series()
    {
        PossibleDouble[] rows = [Row(0, "a", "1", pixels: "p"), Row(1, "b", "2", pixels: "p"), Row(2, "c", "3", pixels: "q"), Row(3, "d", "4", series: "t", pixels: "q"), Row(4, "e", "5", pixels: "r")];
        var found = Duplicates.SamePixels(rows).ToList();
        Assert.Equal([("s", 1), ("t", 1)], found.Select(finding => (finding.Series!, finding.Count)));
        Assert.Contains("another slice of the series", found[0].Sentence, StringComparison.Ordinal);
        Assert.Contains("slices of series s", found[1].Sentence, StringComparison.Ordinal);
        Assert.All(found, finding => Assert.Equal(QualitySeverity.Warning, finding.Severity));
    }

    [Fact]
    public void The_same_pixels_for_two_patients_are_an_error()
    {
        var found = Assert.Single(Duplicates.SamePixels([Row(0, "a", "1", pixels: "p"), Row(1, "b", "2", series: "t", pixels: "p") with { Patient = "other" }]));
        Assert.Equal(QualitySeverity.Error, found.Severity);
    }

    [Fact]
    public void A_changed_copy_with_the_same_pixels_is_one_finding() =>
        Assert.Empty(Duplicates.SamePixels([Row(0, "a", "1", pixels: "p"), Row(1, "a", "2", pixels: "p")]));

    private static PossibleDouble Row(int ordinal, string? sop, string bytes, string series = "s", string? pixels = null) =>
        new(new("u", ordinal, 0), series, "p", sop, bytes, pixels);
}
