using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;

namespace Scanlock.Trainer.Data;

/// <summary>
/// Divides samples into a training and a validation part so that no patient is in both. The same for the same patients and seed,
/// however the samples are ordered.
/// </summary>
internal sealed record PatientSplit(IReadOnlyList<Sample> Training, IReadOnlyList<Sample> Validation)
{
    /// <summary>As the spec says: by a holdout label, as one fold of several, or a drawn share.</summary>
    internal static Result<PatientSplit> For(TrialSpec spec, IReadOnlyList<Sample> samples, long seed)
    {
        // To segment, a part may well have lesions in every slice.
        var bothClasses = TrialNetworks.Of(spec.Network).Task == TrialSpec.Classify;
        return spec.Validation switch
        {
            { Holdout.Length: > 0 } => ByHoldout(samples, bothClasses),
            { Folds: > 0 } validation => Folds.Make(samples, validation.Folds, validation.Fold, seed, bothClasses),
            var validation => Make(samples, validation.Fraction, seed, bothClasses),
        };
    }

    /// <summary>Draws a share of the patients of each class.</summary>
    internal static Result<PatientSplit> Make(IReadOnlyList<Sample> samples, double fraction, long seed, bool bothClasses = true)
    {
        var patients = Patients(samples);
        if (Unfit(samples, patients, bothClasses) is { } unfit)
        {
            return unfit;
        }

        var random = new DeterministicRandom(seed, RandomStreams.Split);
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in patients.GroupBy(p => p.Class).OrderBy(g => g.Key))
        {
            var members = group.Select(p => p.Patient).ToList();
            if (members.Count < 2 && bothClasses)
            {
                return TooFew($"class {group.Key} has one patient; training and validation need one each at least");
            }

            random.Shuffle(members);
            var share = (int)Math.Round(members.Count * fraction, MidpointRounding.AwayFromZero);
            held.UnionWith(members.Take(Math.Clamp(share, Math.Min(1, members.Count - 1), members.Count - 1)));
        }

        return Divided(samples, s => held.Contains(s.Patient), bothClasses);
    }

    /// <summary>
    /// Samples that the holdout label marks are the validation part. Where it marks only some of a patient's, the others are in no part:
    /// who is validated on was never trained on.
    /// </summary>
    internal static Result<PatientSplit> ByHoldout(IReadOnlyList<Sample> samples, bool bothClasses = true)
    {
        var patients = Patients(samples);
        if (Unfit(samples, patients, bothClasses) is { } unfit)
        {
            return unfit;
        }

        var held = samples.Where(s => s.HeldOut).Select(s => s.Patient).ToHashSet(StringComparer.Ordinal);
        return Divided([.. samples.Where(s => s.HeldOut || !held.Contains(s.Patient))], s => s.HeldOut, bothClasses);
    }

    /// <summary>Every patient, by name; positive as soon as one sample is.</summary>
    internal static IReadOnlyList<(string Patient, int Class)> Patients(IReadOnlyList<Sample> samples) =>
    [
        .. samples.GroupBy(s => s.Patient, StringComparer.Ordinal).Select(g => (Patient: g.Key, Class: g.Max(s => s.Class)))
            .OrderBy(p => p.Patient, StringComparer.Ordinal),
    ];

    /// <summary>Why nothing can be split, or null.</summary>
    internal static Result<PatientSplit>.Refused? Unfit(
        IReadOnlyList<Sample> samples, IReadOnlyList<(string Patient, int Class)> patients, bool bothClasses)
    {
        if (patients.Count < 2)
        {
            return TooFew($"all slices are of {patients.Count} patient; training and validation need different ones");
        }

        return bothClasses && samples.All(s => s.Class == samples[0].Class)
            ? new(JobFailures.OneClass, $"every labelled slice is of class {samples[0].Class}; there is nothing to tell apart")
            : null;
    }

    internal static Result<PatientSplit> Divided(IReadOnlyList<Sample> samples, Func<Sample, bool> isHeld, bool bothClasses)
    {
        var split = new PatientSplit([.. samples.Where(s => !isHeld(s))], [.. samples.Where(isHeld)]);
        if (split.Training.Count == 0 || split.Validation.Count == 0)
        {
            return TooFew($"there are {split.Training.Count} samples to train on and {split.Validation.Count} to validate on");
        }

        return !bothClasses || (HasBoth(split.Training) && HasBoth(split.Validation))
            ? new Result<PatientSplit>.Ok(split)
            : TooFew("there are too few patients for both parts to have slices of both classes");
    }

    internal static Result<PatientSplit>.Refused TooFew(string sentence) => new(JobFailures.TooFewPatients, sentence);

    private static bool HasBoth(IReadOnlyList<Sample> part) => part.Any(s => s.Class == 0) && part.Any(s => s.Class == 1);
}
