using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Jobs;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Tests.Data;

public sealed class PatientSplitTests
{
    private static readonly Arbitrary<IReadOnlyList<Sample>> s_slices =
        (from pairs in (from patient in Gen.Choose(0, 20) from positive in Gen.Choose(0, 1) select (patient, positive)).NonEmptyListOf()
         select (IReadOnlyList<Sample>)[.. pairs.Select((p, i) => new Sample($"k{i}", $"p{p.patient}", "s", p.positive))]).ToArbitrary();

    [Fact]
    public void No_patient_is_ever_in_both_parts_and_no_slice_is_lost() => Check.QuickThrowOnFailure(Prop.ForAll(s_slices, slices =>
        PatientSplit.Make(slices, 0.3, 1) is not Result<PatientSplit>.Ok(var split)
        || (!split.Training.Select(s => s.Patient).Intersect(split.Validation.Select(s => s.Patient)).Any()
            && split.Training.Count + split.Validation.Count == slices.Count
            && new[] { split.Training, split.Validation }.All(part => part.Select(s => s.Class).Distinct().Count() == 2))));

    [Fact]
    public void The_split_does_not_hang_on_the_order_of_slices() => Check.QuickThrowOnFailure(Prop.ForAll(s_slices, slices =>
        PatientSplit.Make(slices, 0.3, 1) is not Result<PatientSplit>.Ok(var split)
        || (PatientSplit.Make([.. slices.Reverse()], 0.3, 1) is Result<PatientSplit>.Ok(var again)
            && Keys(split.Validation).SetEquals(Keys(again.Validation)))));

    [Theory]
    [InlineData(0.05, 1)]
    [InlineData(0.2, 4)]
    [InlineData(0.5, 10)]
    public void Each_class_gives_its_share_of_patients(double fraction, int expected)
    {
        var split = Made(Slices(20), fraction, seed: 3);

        Assert.Equal(expected, Patients(split.Validation, 0));
        Assert.Equal(expected, Patients(split.Validation, 1));
    }

    [Fact]
    public void The_same_seed_splits_alike_and_another_otherwise()
    {
        var slices = Slices(20);

        Assert.Equal(Keys(Made(slices, 0.2, 1).Validation), Keys(Made(slices, 0.2, 1).Validation));
        Assert.NotEqual(Keys(Made(slices, 0.2, 1).Validation), Keys(Made(slices, 0.2, 2).Validation));
    }

    [Fact]
    public void A_patient_with_slices_of_both_classes_counts_as_positive()
    {
        Sample[] mixed = [.. Enumerable.Range(0, 8).Select(i => new Sample($"k{i}", $"p{i / 2}", "s", i % 2))];

        var split = Made(mixed, 0.25, 1);

        Assert.Equal(2, split.Validation.Count);
    }

    [Fact]
    public void Parts_that_would_lack_a_class_are_refused()
    {
        // Both patients count as positive; whichever is held out, the other part has no slice of class 0.
        Sample[] slices = [new("a", "p", "s", 0), new("b", "p", "s", 1), new("c", "q", "s", 1)];

        Assert.Equal(JobFailures.TooFewPatients, Assert.IsType<Result<PatientSplit>.Refused>(PatientSplit.Make(slices, 0.2, 1)).Code);
    }

    [Fact]
    public void A_holdout_label_decides_which_part_a_sample_is_in()
    {
        var samples = Slices(4).Select(s => s with { HeldOut = s.Patient is "p000" or "p001" }).ToList();

        var split = Assert.IsType<Result<PatientSplit>.Ok>(PatientSplit.ByHoldout(samples)).Value;

        Assert.Equal(samples.Where(s => s.HeldOut), split.Validation);
        Assert.Equal(samples.Where(s => !s.HeldOut), split.Training);
    }

    [Fact]
    public void Who_is_validated_on_was_never_trained_on_though_the_holdout_marks_only_some_of_their_slices()
    {
        var samples = Slices(4).Select((s, i) => s with { HeldOut = i is 0 or 3 }).ToList();
        var held = new[] { samples[0], samples[3] };

        var split = Assert.IsType<Result<PatientSplit>.Ok>(PatientSplit.ByHoldout(samples)).Value;

        Assert.Equal(held, split.Validation);
        Assert.Equal(samples.Where(s => held.All(h => h.Patient != s.Patient)), split.Training);
        Assert.True(split.Training.Count + split.Validation.Count < samples.Count, "some slice of a held patient is in no part");
    }

    [Fact]
    public void A_holdout_that_leaves_a_part_empty_is_refused() => Assert.Equal(
        JobFailures.TooFewPatients, Assert.IsType<Result<PatientSplit>.Refused>(PatientSplit.ByHoldout(Slices(4))).Code);

    private static Sample[] Slices(int patientsPerClass) =>
        [.. Enumerable.Range(0, patientsPerClass * 6).Select(i => new Sample($"k{i:000}", $"p{i / 3:000}", "s", i / 3 % 2))];

    private static PatientSplit Made(IReadOnlyList<Sample> slices, double fraction, long seed) =>
        Assert.IsType<Result<PatientSplit>.Ok>(PatientSplit.Make(slices, fraction, seed)).Value;

    private static int Patients(IReadOnlyList<Sample> slices, int of) => slices.Where(s => s.Class == of).Select(s => s.Patient).Distinct().Count();

    private static HashSet<string> Keys(IReadOnlyList<Sample> slices) => [.. slices.Select(s => s.Key)];
}
