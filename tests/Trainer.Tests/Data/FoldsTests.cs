using FsCheck;
using FsCheck.Fluent;
using Scanlock.Contracts.Jobs;
using Scanlock.Trainer.Data;

namespace Scanlock.Trainer.Tests.Data;

public sealed class FoldsTests
{
    private static readonly Gen<(IReadOnlyList<Sample> Samples, int Folds)> s_cases =
        from folds in Gen.Choose(2, 7)
        from classes in Gen.ListOf(Gen.Choose(0, 1), 2 * folds)
        from negatives in Gen.Choose(0, 9)
        from slices in Gen.Choose(1, 3)
        let of = classes.Concat(Enumerable.Repeat(0, folds + negatives)).Concat(Enumerable.Repeat(1, folds)).ToList()
        select ((IReadOnlyList<Sample>)[.. of.SelectMany((c, p) => Enumerable.Range(0, slices).Select(i => new Sample($"k{p:00}-{i}", $"p{p:00}", "s", c)))], folds);

    [Fact]
    public void Every_patient_is_validated_on_in_one_fold_and_trained_on_in_the_others() => Hold((samples, folds) =>
    {
        var validated = folds.SelectMany(f => f.Validation).Select(s => s.Key).ToList();
        return validated.Count == samples.Count && validated.Distinct().Count() == samples.Count
            && folds.All(f => f.Training.Count + f.Validation.Count == samples.Count && !Patients(f.Training).Intersect(Patients(f.Validation)).Any());
    });

    [Fact]
    public void Folds_differ_by_one_patient_at_most_in_each_class_and_in_all() => Hold((_, folds) =>
        new Func<Sample, bool>[] { s => s.Class == 0, s => s.Class == 1, _ => true }.All(of =>
        {
            var sizes = folds.Select(f => Patients(f.Validation.Where(of)).Count()).ToList();
            return sizes.Max() - sizes.Min() <= 1;
        }));

    [Fact]
    public void The_folds_hang_on_the_seed_and_not_on_the_order_of_samples() => Hold((samples, folds) =>
        Make([.. samples.Reverse()], folds.Count, 1).Zip(folds).All(pair => Patients(pair.First.Validation).Order().SequenceEqual(Patients(pair.Second.Validation).Order())));

    [Fact]
    public void Another_seed_makes_other_folds()
    {
        Sample[] samples = [.. Enumerable.Range(0, 40).Select(i => new Sample($"k{i}", $"p{i:00}", "s", i % 2))];

        Assert.NotEqual(Patients(Make(samples, 5, 1)[0].Validation), Patients(Make(samples, 5, 2)[0].Validation));
    }

    [Fact]
    public void Fewer_patients_of_a_class_than_folds_are_refused()
    {
        Sample[] samples = [.. Enumerable.Range(0, 12).Select(i => new Sample($"k{i}", $"p{i:00}", "s", i < 3 ? 1 : 0))];

        var refused = Assert.IsType<Result<PatientSplit>.Refused>(Folds.Make(samples, 4, 0, 1));

        Assert.Equal((JobFailures.TooFewPatients, "validation.folds: class 1 has 3 patients for 4 parts"), (refused.Code, refused.Sentence));
    }

    private static void Hold(Func<IReadOnlyList<Sample>, IReadOnlyList<PatientSplit>, bool> property) => Check.QuickThrowOnFailure(
        Prop.ForAll(s_cases.ToArbitrary(), of => property(of.Samples, Make(of.Samples, of.Folds, 1))));

    private static IReadOnlyList<PatientSplit> Make(IReadOnlyList<Sample> samples, int folds, long seed) =>
        [.. Enumerable.Range(0, folds).Select(f => Assert.IsType<Result<PatientSplit>.Ok>(Folds.Make(samples, folds, f, seed)).Value)];

    private static IEnumerable<string> Patients(IEnumerable<Sample> samples) => samples.Select(s => s.Patient).Distinct();
}
