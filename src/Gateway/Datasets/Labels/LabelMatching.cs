using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Keys;

namespace Scanlock.Gateway.Datasets.Labels;

/// <summary>A sample as labels find it.</summary>
/// <param name="Hash">The hash of what the labels' keys are; null where the sample has none.</param>
internal sealed record LabelledSample(string Key, string? Hash, bool Quarantined);

/// <summary>Which row labels which sample. Pure.</summary>
internal static class LabelMatching
{
    public const string File = "file";
    private const int MostErrors = 100;
    private const string Patient = "patient";

    public static IReadOnlyList<string> KeyKinds { get; } = [File, "sop", "series", "study", "accession", Patient];

    /// <summary>
    /// Every sample with its row, and the rows that match none; refused as a whole where those are not to be skipped, where no row matches, or
    /// where two contradict each other.
    /// </summary>
    /// <param name="upload">The labels.</param>
    /// <param name="samples">All samples, quarantined ones too.</param>
    /// <param name="apart">Keys of objects that are or were kept apart: a row about one of them that has no sample is no mistake.</param>
    public static Outcome<MatchedLabels> Match(LabelUpload upload, IReadOnlyList<LabelledSample> samples, IReadOnlySet<string> apart, DatasetHashes hashes)
    {
        var byHash = samples.Where(sample => sample.Hash is not null).ToLookup(sample => sample.Hash!, sample => sample.Key, StringComparer.Ordinal);
        var matched = new Dictionary<string, LabelAssignment>(StringComparer.Ordinal);
        var unmatched = new List<int>();
        var contradicting = new List<int>();
        foreach (var (position, row) in upload.Rows.Index())
        {
            var hash = upload.KeyKind == File ? hashes.ObjectKey(Sha256Digest.Parse(row.Key)) : hashes.Match(upload.KeyKind, row.Key);
            if (!byHash.Contains(hash) && !(upload.KeyKind == File && apart.Contains(hash)))
            {
                unmatched.Add(position);
            }

            foreach (var sample in byHash[hash])
            {
                if (!matched.TryAdd(sample, row) && (matched[sample].Value != row.Value || matched[sample].Patient != row.Patient))
                {
                    contradicting.Add(position);
                }
            }
        }

        if (unmatched.Count > 0 && (!upload.SkipUnmatched || matched.Count == 0))
        {
            return new Refusal.Unmatched($"{unmatched.Count} of {upload.Rows.Count} labels match no object in the dataset; nothing was changed.", unmatched);
        }

        return contradicting.Count > 0
            ? new Refusal.Invalid(
                "Rows contradict an earlier row about the same object; nothing was changed.",
                [.. contradicting.Distinct().Take(MostErrors).Select(position => $"row {position + 1} says otherwise than an earlier one")])
            : new MatchedLabels(matched, unmatched);
    }

    /// <summary>Samples with the hash that keys of a kind are compared with.</summary>
    public static IQueryable<LabelledSample> By(string keyKind, IQueryable<SampleRow> samples) => keyKind switch
    {
        File => samples.Select(sample => new LabelledSample(sample.Key, sample.ObjectKey, sample.Quarantined)),
        "sop" => samples.Select(sample => new LabelledSample(sample.Key, sample.SopHash, sample.Quarantined)),
        "series" => samples.Select(sample => new LabelledSample(sample.Key, sample.SeriesHash, sample.Quarantined)),
        "study" => samples.Select(sample => new LabelledSample(sample.Key, sample.StudyHash, sample.Quarantined)),
        "accession" => samples.Select(sample => new LabelledSample(sample.Key, sample.AccessionHash, sample.Quarantined)),
        Patient => samples.Select(sample => new LabelledSample(sample.Key, sample.PatientHash, sample.Quarantined)),
        _ => throw new ArgumentOutOfRangeException(nameof(keyKind), keyKind, "No such kind of key."),
    };
}

/// <param name="Rows">The row of each sample that one matches, by the sample's key.</param>
/// <param name="Unmatched">Positions of the rows that match none.</param>
internal sealed record MatchedLabels(IReadOnlyDictionary<string, LabelAssignment> Rows, IReadOnlyList<int> Unmatched);
