using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Labels;

/// <summary>
/// Labels objects. Keys are hashed like the objects' own identifiers and compared as hashes; a table with a fault, or with a row that
/// matches nothing and is not to be skipped, changes nothing at all. What is quarantined is labelled too, for the day it is released, but not
/// counted.
/// </summary>
internal sealed class DatasetLabels(AuditedActs acts, DatasetKeys keys)
{
    private const int MostRows = 1_000_000;
    private const int MostErrors = 100;
    private const int LongestText = 256;

    // The only words: free text would let a wrong column carry a patient's name into the dataset.
    private static readonly HashSet<string> s_parts = new(StringComparer.Ordinal) { "train", "val", "test" };

    public async Task<Outcome<LabelReport>> LabelAsync(string dataset, LabelUpload upload, Person steward, CancellationToken cancellationToken)
    {
        var attempt = Attempt.At(Acts.DatasetLabel, Actors.Of(steward), ("dataset", dataset));
        var faults = FaultsOf(upload);
        if (faults.Count > 0)
        {
            var refusal = new Refusal.Invalid($"The labels for '{DatasetLookup.Shown(dataset)}' are refused; nothing was changed.", [.. faults.Take(MostErrors)]);
            return await acts.RefuseAsync<LabelReport>(attempt, refusal, cancellationToken);
        }

        return await acts.PerformAsync(attempt, (db, token) => ApplyAsync(db, dataset, upload, steward, token), cancellationToken);
    }

    private async Task<Decided<Outcome<LabelReport>>> ApplyAsync(
        GatewayDb db, string dataset, LabelUpload upload, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return Decided.Nothing<Outcome<LabelReport>>(found.Refusal);
        }

        var hashes = keys.Open(dataset);
        var samples = await LabelMatching.By(upload.KeyKind, db.Samples.Where(sample => sample.Dataset == dataset)).ToListAsync(cancellationToken);
        var apart = (await db.Quarantine.Where(kept => kept.Dataset == dataset).Select(kept => kept.ObjectKey).ToListAsync(cancellationToken))
            .ToHashSet(StringComparer.Ordinal);
        var matching = LabelMatching.Match(upload, samples, apart, hashes);
        if (matching.IsRefused)
        {
            return Decided.Nothing<Outcome<LabelReport>>(matching.Refusal);
        }

        var existing = await db.SampleLabels.Where(label => label.Dataset == dataset && label.Name == upload.Name).Select(label => label.Sample).ToListAsync(cancellationToken);
        var counted = samples.Where(sample => !sample.Quarantined).Select(sample => sample.Key).ToHashSet(StringComparer.Ordinal);
        var rows = matching.Value.Rows;
        var labelled = existing.Union(rows.Keys, StringComparer.Ordinal).Count(counted.Contains);
        var report = new LabelReport(labelled, counted.Count - labelled, matching.Value.Unmatched);
        return Decided.As<Outcome<LabelReport>>(report, EntryFor(found.Value, upload, report, steward)) with
        {
            Write = (saving, token) => WriteAsync(saving, dataset, upload.Name, rows, hashes, token),
        };
    }

    private static async Task WriteAsync(
        GatewayDb db, string dataset, string name, IReadOnlyDictionary<string, LabelAssignment> rows, DatasetHashes hashes, CancellationToken cancellationToken)
    {
        foreach (var batch in rows.Chunk(RowBatches.Size))
        {
            var keys = batch.Select(row => row.Key).ToList();
            var existing = await db.SampleLabels.Where(label => label.Dataset == dataset && label.Name == name && keys.Contains(label.Sample))
                .ToDictionaryAsync(label => label.Sample, StringComparer.Ordinal, cancellationToken);
            foreach (var (sample, row) in batch)
            {
                if (existing.TryGetValue(sample, out var label))
                {
                    label.Value = row.Value;
                }
                else
                {
                    db.SampleLabels.Add(new() { Dataset = dataset, Sample = sample, Name = name, Value = row.Value });
                }
            }

            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
            foreach (var patient in batch.Where(row => row.Value.Patient is not null).GroupBy(row => row.Value.Patient!, row => row.Key, StringComparer.Ordinal))
            {
                var (pseudonym, samples) = (hashes.Patient($":{patient.Key}"), patient.ToList());
                await db.Samples.Where(sample => sample.Dataset == dataset && samples.Contains(sample.Key))
                    .ExecuteUpdateAsync(sample => sample.SetProperty(labelled => labelled.LabelledPatient, pseudonym), cancellationToken);
            }
        }
    }

    private static Entry EntryFor(DatasetRow dataset, LabelUpload upload, LabelReport report, Person steward) =>
        new(Acts.DatasetLabel, Actors.Of(steward))
        {
            Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = dataset.Name, ["label"] = upload.Name, ["by"] = upload.KeyKind },
            Counts = new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["rows"] = upload.Rows.Count, ["labelled"] = report.Labelled, ["unlabelled"] = report.Unlabelled, ["unmatched"] = report.Unmatched.Count,
            },
        };

    private static List<string> FaultsOf(LabelUpload upload)
    {
        var faults = new List<string>();
        if (!IsLabelName(upload.Name))
        {
            faults.Add("name: a label's name has 1 to 64 letters, digits, '_', '.' and '-', and begins with a letter or digit");
        }

        if (!LabelMatching.KeyKinds.Contains(upload.KeyKind, StringComparer.Ordinal))
        {
            faults.Add($"key_kind: must be one of {string.Join(", ", LabelMatching.KeyKinds)}");
        }

        if (upload.Rows.Count is 0 or > MostRows)
        {
            faults.Add($"rows: there must be 1 to {MostRows}");
            return faults;
        }

        faults.AddRange(upload.Rows.Index().Select(row => FaultOf(row.Index, row.Item, upload.KeyKind)).OfType<string>());
        return faults;
    }

    /// <summary>Names the row and never quotes it: a key is an identifier, and what stands in a wrong column may be one.</summary>
    private static string? FaultOf(int position, LabelAssignment row, string keyKind)
    {
        if (row.Key.Length is 0 or > LongestText || row.Patient?.Length is 0 or > LongestText)
        {
            return $"row {position + 1}: key and patient must have 1 to {LongestText} characters";
        }

        if (keyKind == LabelMatching.File && !Sha256Digest.TryParse(row.Key, out _))
        {
            return $"row {position + 1}: the key of a file is the digest of its bytes, 'sha256:' and 64 hex digits";
        }

        return (row.Value.Length is > 0 and <= 4 && row.Value.All(char.IsAsciiDigit)) || s_parts.Contains(row.Value)
            ? null
            : $"row {position + 1}: a class is a number from 0 to 9999; the part of a split is train, val or test";
    }

    private static bool IsLabelName(string name) => name.Length is > 0 and <= 64 && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-');
}
