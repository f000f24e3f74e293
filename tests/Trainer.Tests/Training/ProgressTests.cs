using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Output;

namespace Scanlock.Trainer.Tests.Training;

public sealed class ProgressTests
{
    [Fact]
    [Trait("promise", "P6")]
    public void Progress_never_exceeds_its_bound_and_always_says_the_last_epoch_even_one_before_its_time() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(1, 60).ToArbitrary(), Gen.Choose(1, 60).ToArbitrary(), Gen.Choose(0, 100).ToArbitrary(), (planned, stopped, bound) =>
        {
            using var output = new MemoryStream();
            var progress = new ProgressWriter(output, planned, bound);
            var last = Math.Min(planned, stopped);
            for (var epoch = 1; epoch <= last; epoch++)
            {
                progress.Say(new EpochMetrics(epoch, epoch, 1, 2, 3, 4, null), isLast: epoch == last);
            }

            var lines = System.Text.Encoding.UTF8.GetString(output.ToArray()).Split('\n')[..^1];
            return lines.Length <= bound / 4 && (bound < 4 || lines[^1].Contains($"\"epoch\":{last},", StringComparison.Ordinal));
        }));
}
