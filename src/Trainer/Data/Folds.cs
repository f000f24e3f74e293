namespace Scanlock.Trainer.Data;

/// <summary>
/// Cross-validation by patient: every patient is in the validation part of exactly one fold, and the numbers of a class's patients,
/// like those of all patients, differ by one at most between folds. The same for the same patients and seed.
/// </summary>
internal static class Folds
{
    /// <param name="fold">The one to validate on, from 0 to <paramref name="folds"/> - 1.</param>
    internal static Result<PatientSplit> Make(IReadOnlyList<Sample> samples, int folds, int fold, long seed, bool bothClasses = true)
    {
        var patients = PatientSplit.Patients(samples);
        if (PatientSplit.Unfit(samples, patients, bothClasses) is { } unfit)
        {
            return unfit;
        }

        if (patients.Count < folds)
        {
            return PatientSplit.TooFew($"validation.folds: {patients.Count} patients cannot be divided into {folds} parts");
        }

        var random = new DeterministicRandom(seed, RandomStreams.Folds);
        var held = new HashSet<string>(StringComparer.Ordinal);
        var dealt = 0;
        foreach (var group in patients.GroupBy(p => p.Class).OrderBy(g => g.Key))
        {
            var members = group.Select(p => p.Patient).ToList();
            if (bothClasses && members.Count < folds)
            {
                return PatientSplit.TooFew($"validation.folds: class {group.Key} has {members.Count} patients for {folds} parts");
            }

            // Dealt like cards; the next class goes on where this one ended.
            random.Shuffle(members);
            held.UnionWith(members.Where((_, i) => (dealt + i) % folds == fold));
            dealt += members.Count;
        }

        return PatientSplit.Divided(samples, s => held.Contains(s.Patient), bothClasses);
    }
}
