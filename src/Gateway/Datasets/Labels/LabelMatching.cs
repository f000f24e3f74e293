using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Keys;

namespace Scanlock.Gateway.Datasets.Labels;

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
    public static Outcome<MatchedLabels> Match(LabelUpload upload, IReadOnlyList<SampleRow> samples, IReadOnlySet<string> apart, DatasetHashes hashes)
    {
        var byHash = samples.Where(sample => HashOf(sample, upload.KeyKind) is not null).ToLookup(sample => HashOf(sample, upload.KeyKind)!, StringComparer.Ordinal);
        var matched = new Dictionary<SampleRow, LabelAssignment>();
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

    private static string? HashOf(SampleRow sample, string keyKind) => keyKind switch
    {
        File => sample.ObjectKey,
        "sop" => sample.SopHash,
        "series" => sample.SeriesHash,
        "study" => sample.StudyHash,
        "accession" => sample.AccessionHash,
        Patient => sample.PatientHash,
        _ => throw new ArgumentOutOfRangeException(nameof(keyKind), keyKind, "No such kind of key."),
    };
}

/// <param name="Rows">The row of each sample that one matches.</param>
/// <param name="Unmatched">Positions of the rows that match none.</param>
internal sealed record MatchedLabels(IReadOnlyDictionary<SampleRow, LabelAssignment> Rows, IReadOnlyList<int> Unmatched);
