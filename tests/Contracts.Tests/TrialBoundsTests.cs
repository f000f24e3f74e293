using System.Text;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Trials;

namespace Scanlock.Contracts.Tests;

/// <summary>What a spec may use of a permit, before any data is seen.</summary>
public sealed class TrialBoundsTests
{
    private static readonly string s_evaluation =
        $$"""{"v":1,"task":"evaluate","label":"covid","network":"resnet18","initial_weights":"sha256:{{new string('a', 64)}}"}""";

    [Theory]
    [InlineData(10, null)]
    [InlineData(9, "pretraining.epochs: with those of pre-training they are 10, the permit allows at most 9")]
    [InlineData(3, "epochs: with those of pre-training they are 10, the permit allows at most 3")]
    public void Epochs_of_pre_training_count_against_the_permit(int most, string? problem)
    {
        var spec = Spec("""{"v":1,"label":"covid","network":"resnet18","epochs":4,"pretraining":{"method":"rotation","epochs":6}}""");

        Assert.Equal(10, spec.EpochsInAll);
        Assert.Equal(problem is null ? [] : [problem], Problems(spec, most));
    }

    [Fact]
    public void Pre_training_that_is_not_asked_for_has_no_epochs()
    {
        var spec = Spec("""{"v":1,"label":"covid","network":"resnet18","epochs":4,"pretraining":{"epochs":6}}""");

        Assert.Equal((4, 0), (spec.EpochsInAll, spec.PretrainingEpochs));
        Assert.Equal(["epochs: the permit allows at most 3"], Problems(spec, 3));
    }

    [Fact]
    public void An_evaluation_has_no_epochs_whatever_the_spec_leaves_out()
    {
        Assert.Equal((0, 20), (Spec(s_evaluation).EpochsInAll, Spec(s_evaluation).Epochs));
        Assert.Empty(Problems(Spec(s_evaluation), 1));
    }

    private static IEnumerable<string> Problems(TrialSpec spec, int epochs) =>
        TrialBounds.Check(spec, new SpecBounds(1, 20_000_000, epochs, 0, spec.Start is { } start ? [start] : []), new Minima(1, 1, 1)).Select(problem => $"{problem}");

    private static TrialSpec Spec(string json) => Assert.IsType<TrialSpecResult.Valid>(TrialSpecReader.Parse(Encoding.UTF8.GetBytes(json))).Spec;
}
