using System.Runtime.InteropServices;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Trials;
using Scanlock.Trainer.Preparing;

namespace Scanlock.Trainer.Data;

/// <summary>All labelled samples of the data folder, by key whatever the order of shards, and where their pixels are.</summary>
/// <param name="Unlabelled">Samples without the label, or, where masks are learnt, without a mask; they are left out.</param>
/// <param name="Candidates">Of those the ones that active learning asks about, in the order of their keys; none where it is off. Their class is 0.</param>
/// <param name="Report">What the preparation dropped, and why.</param>
internal sealed record Dataset(
    IReadOnlyList<Sample> Samples, PreparedItems Items, int Unlabelled, IReadOnlyList<Sample> Candidates, PreparationReport Report) : IDisposable
{
    public void Dispose() => Items.Dispose();

    /// <param name="prepared">A folder of <see cref="PreparedStore"/>; null, or where it lacks this preparation, it is done anew in memory.</param>
    internal static async Task<Result<Dataset>> LoadAsync(
        string folder, TrialPlan plan, CancellationToken cancellationToken, string? prepared = null)
    {
        var read = await LabelsAsync(folder, plan.Spec, cancellationToken);
        if (read is not Result<Labels>.Ok(var labels))
        {
            return ((Result<Labels>.Refused)read).As<Dataset>();
        }

        var parameters = PreparationParameters.Of(plan.Spec);
        var shards = new ShardFolder(folder, plan.Threads);
        var (segments, asks) = (IsSegmentation(plan.Spec), plan.Spec.Active.Passes > 0);
        var found = prepared is null ? null : await new PreparedStore(prepared).OpenAsync(shards, parameters, cancellationToken);
        found ??= await PreparedSet.InMemoryAsync(shards, parameters, key => segments || asks || labels.Classes.ContainsKey(key), cancellationToken);
        return found switch
        {
            Result<PreparedSet>.Ok(var set) => Join(set, labels, segments, asks, plan.Spec.Task != TrialSpec.Evaluate),
            Result<PreparedSet>.Refused refused => refused.As<Dataset>(),
            _ => throw new InvalidOperationException("a result is one of two things"),
        };
    }

    private static bool IsSegmentation(TrialSpec spec) => TrialNetworks.Of(spec.Network).Task == TrialSpec.Segment;

    private static async Task<Result<Labels>> LabelsAsync(string folder, TrialSpec spec, CancellationToken cancellationToken)
    {
        var label = IsSegmentation(spec) ? "" : spec.Label;
        if (label.Length == 0 && spec.Validation.Holdout.Length == 0)
        {
            return new Result<Labels>.Ok(Labels.None);
        }

        var file = Path.Combine(folder, TrainerJob.LabelsFile);
        if (!File.Exists(file))
        {
            return new Result<Labels>.Refused(JobFailures.BadData, "there is no label table");
        }

        await using var table = File.OpenRead(file);
        return await LabelTable.ReadAsync(table, label, spec.Validation.Holdout, spec.Validation.HoldoutValue, cancellationToken);
    }

    private static Result<Dataset> Join(PreparedSet set, Labels labels, bool segments, bool asks, bool learns)
    {
        var known = set.Keys();
        if (labels.Classes.Keys.Concat(labels.HeldOut).FirstOrDefault(key => !known.Contains(key)) is { } missing)
        {
            return Bad(set, $"the label table names sample {missing}, which is in no shard");
        }

        var samples = new List<Sample>();
        var candidates = new List<Sample>();
        for (var i = 0; i < set.Items.Items.Count; i++)
        {
            var item = set.Items.Items[i];
            if ((segments ? item.Marked is { } marked ? Math.Min(marked, 1) : null : Class(item, labels)) is { } of)
            {
                samples.Add(new Sample(item.Key, item.Patient, item.Series, of, i, item.Slices.Any(labels.HeldOut.Contains)));
            }
            else if (asks)
            {
                candidates.Add(new Sample(item.Key, item.Patient, item.Series, 0, i));
            }
        }

        if (samples.Count == 0)
        {
            return Bad(set, segments
                ? "no slice has a mask; there is nothing to learn to segment from"
                : $"preparation: no labelled slice is left of {set.Report.Sentence()}");
        }

        return segments && learns && samples.All(s => s.Class == 0)
            ? Bad(set, $"all {samples.Count} masks are empty; there is nothing to learn to segment")
            : new Result<Dataset>.Ok(new Dataset(samples, set.Items, set.Samples - samples.Count, candidates, set.Report));
    }

    private static int? Class(PreparedItem item, Labels labels)
    {
        int? largest = null;
        foreach (var key in item.Slices)
        {
            if (labels.Classes.TryGetValue(key, out var of) && of >= (largest ?? 0))
            {
                largest = of;
            }
        }

        return largest;
    }

    private static Result<Dataset>.Refused Bad(PreparedSet set, string sentence)
    {
        set.Items.Dispose();
        return new Result<Dataset>.Refused(JobFailures.BadData, sentence);
    }
}
