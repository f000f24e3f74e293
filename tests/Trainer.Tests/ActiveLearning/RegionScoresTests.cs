using Scanlock.Contracts.Trials;
using Scanlock.LibTorch;
using Scanlock.Trainer.ActiveLearning;
using static Scanlock.LibTorch.torch;

namespace Scanlock.Trainer.Tests.ActiveLearning;

public sealed class RegionScoresTests : IDisposable
{
    private readonly DisposeScope? _scope;

    public RegionScoresTests()
    {
        Assert.SkipUnless(NativeLibraryLocator.IsAvailable(out var reason), reason);
        _scope = NewDisposeScope();
    }

    public void Dispose() => _scope?.Dispose();

    [Theory]
    [InlineData(12, 4)]
    [InlineData(10, 4)]
    public void Each_region_has_the_mean_of_its_pixels(int side, int grid)
    {
        manual_seed(1);
        var maps = rand([2, 1, side, side], ScalarType.Float64);
        var values = maps.data<double>().ToArray();

        var regions = RegionScores.Regions(maps, grid).data<double>().ToArray();

        for (var (sample, at) = (0, 0); sample < 2; sample++)
        {
            for (var row = 0; row < grid; row++)
            {
                for (var column = 0; column < grid; column++, at++)
                {
                    var inside = from i in Enumerable.Range(sample * side * side, side * side)
                                 where (i / side % side) >= row * side / grid && (i / side % side) < (row + 1) * side / grid
                                 where (i % side) >= column * side / grid && (i % side) < (column + 1) * side / grid
                                 select values[i];
                    Assert.Equal(inside.Average(), regions[at], 1e-12);
                }
            }
        }
    }

    [Fact]
    public void A_sample_with_one_answer_is_one_region() =>
        Assert.Equal([0.5, 0.25], RegionScores.Regions(tensor([0.5, 0.25], [2]), grid: 4).data<double>().ToArray());

    [Fact]
    public void The_regions_the_passes_disagree_on_most_are_kept_and_what_is_alike_comes_by_key()
    {
        var ranking = new RegionRanking(4);
        RegionScore[] all =
        [
            new("b", 0, 0, 0.5, 0.1), new("a", 1, 0, 0.6, 0.1), new("a", 0, 1, 0.2, 0.1), new("c", 0, 0, 0.1, 0.05), new("d", 3, 3, 0.3, 0.2),
            new("z", 0, 0, 0.7, 0), new("c", 1, 0, 0.1, 0.1),
        ];
        foreach (var region in all)
        {
            ranking.Add(region);
        }

        Assert.Equal([all[4], all[2], all[1], all[0]], ranking.Best);
    }
}
