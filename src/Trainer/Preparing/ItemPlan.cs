namespace Scanlock.Trainer.Preparing;

/// <summary>One sample to be prepared and where its bytes go.</summary>
/// <param name="Slices">What it is made of, in the order of their positions.</param>
/// <param name="Boxes">What is cut out of each of them.</param>
internal sealed record PlannedItem(
    string Key, string Patient, string Series, IReadOnlyList<SurveyedSlice> Slices, IReadOnlyList<Box> Boxes, bool HasMask, bool HasLung, long Offset);

/// <summary>Divides the kept slices of a survey into samples, by key, and lays these one after the other.</summary>
internal static class ItemPlan
{
    /// <summary>Offsets are whole numbers of 8 bytes, so that pixels can be read in place.</summary>
    private const long Alignment = 8;

    /// <param name="isWanted">By slice key; a volume is wanted as soon as one of its slices is.</param>
    /// <returns>The samples, and the bytes they take.</returns>
    internal static (IReadOnlyList<PlannedItem> Items, long Bytes) Make(
        Survey survey, PreparationParameters parameters, Func<string, bool> isWanted)
    {
        var kept = survey.Slices.Where(s => s.Verdict == SliceVerdict.Kept);
        var groups = parameters.AreVolumes
            ? kept.GroupBy(VolumeKey, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            : kept.GroupBy(s => s.Key, StringComparer.Ordinal);
        var items = new List<PlannedItem>();
        var end = 0L;
        foreach (var group in groups.Where(g => g.Any(s => isWanted(s.Key))))
        {
            SurveyedSlice[] slices = [.. group.OrderBy(s => s.Order).ThenBy(s => s.Key, StringComparer.Ordinal)];
            var item = new PlannedItem(
                group.Key, slices[0].Patient, slices[0].Series, slices, Boxes(slices), slices.All(s => s.HasMask), parameters.Lung is not null, end);
            items.Add(item);
            end += (parameters.Layout.Bytes(item.HasMask, item.HasLung) + Alignment - 1) / Alignment * Alignment;
        }

        return (items, end);
    }

    /// <summary>Pseudonyms of series need not tell patients apart, so a volume is a patient's series.</summary>
    private static string VolumeKey(SurveyedSlice slice) => $"{slice.Patient}/{slice.Series}";

    /// <summary>One box for a whole series, so that its slices lie above one another; slices of several sizes keep their own.</summary>
    private static Box[] Boxes(SurveyedSlice[] slices)
    {
        var alike = slices.All(s => s.Rows == slices[0].Rows && s.Columns == slices[0].Columns);
        var common = slices.Select(s => s.Box).Aggregate((a, b) => a.With(b));
        return [.. slices.Select(s => alike ? common : s.Box)];
    }
}
