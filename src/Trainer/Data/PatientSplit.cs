using Scanlock.Contracts.Jobs;

namespace Scanlock.Trainer.Data;

/// <summary>
/// Divides slices into a training and a validation part so that no patient is in both, with patients of each class in the same
/// proportion. The same for the same patients and seed, however the slices are ordered.
/// </summary>
internal sealed record PatientSplit(IReadOnlyList<Slice> Training, IReadOnlyList<Slice> Validation)
{
    private const ulong Stream = 1;

    internal static Result<PatientSplit> Make(IReadOnlyList<Slice> slices, double validationFraction, long seed)
    {
        // A patient counts as positive as soon as one slice is.
        var patients = slices.GroupBy(s => s.Patient, StringComparer.Ordinal)
            .Select(g => (Patient: g.Key, Class: g.Max(s => s.Class)))
            .OrderBy(p => p.Patient, StringComparer.Ordinal).ToList();
        if (patients.Count < 2)
        {
            return TooFew($"all slices are of {patients.Count} patient; training and validation need different ones");
        }

        if (slices.Select(s => s.Class).Distinct().Count() < 2)
        {
            return new Result<PatientSplit>.Refused(
                JobFailures.OneClass, $"every labelled slice is of class {slices[0].Class}; there is nothing to tell apart");
        }

        var random = new DeterministicRandom(seed, Stream);
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var group in patients.GroupBy(p => p.Class).OrderBy(g => g.Key))
        {
            var members = group.Select(p => p.Patient).ToList();
            if (members.Count < 2)
            {
                return TooFew($"class {group.Key} has one patient; training and validation need one each at least");
            }

            random.Shuffle(members);
            var share = (int)Math.Round(members.Count * validationFraction, MidpointRounding.AwayFromZero);
            held.UnionWith(members.Take(Math.Clamp(share, 1, members.Count - 1)));
        }

        var split = new PatientSplit([.. slices.Where(s => !held.Contains(s.Patient))], [.. slices.Where(s => held.Contains(s.Patient))]);
        return HasBoth(split.Training) && HasBoth(split.Validation)
            ? new Result<PatientSplit>.Ok(split)
            : TooFew("there are too few patients for both parts to have slices of both classes");
    }

    private static bool HasBoth(IReadOnlyList<Slice> part) => part.Any(s => s.Class == 0) && part.Any(s => s.Class == 1);

    private static Result<PatientSplit>.Refused TooFew(string sentence) => new(JobFailures.TooFewPatients, sentence);
}
