using Scanlock.Contracts.Trials;

namespace Scanlock.Egress;

/// <summary>Which classes of a part have too few patients; each a reason, or null.</summary>
internal sealed class FewPatients
{
    private FewPatients(string? negative, string? positive)
    {
        Negative = negative;
        Positive = positive;
    }

    public string? Negative { get; }

    public string? Positive { get; }

    public string? Either => Negative ?? Positive;

    /// <param name="least">The permit's <c>min_count</c>.</param>
    /// <param name="segments">Whether lesions are marked: then nobody may be without one, and that says nothing of anybody.</param>
    public static FewPatients In(IReadOnlyList<ClassCount> counts, int least, bool segments) =>
        counts.All(one => one.Samples == 0)
            ? new FewPatients(null, null)
            : new FewPatients(segments && counts[0].Patients == 0 ? null : Reason(counts[0], least), Reason(counts[1], least));

    private static string? Reason(ClassCount one, int least) =>
        one.Patients < least ? $"fewer than {least} patients of class {one.Class}" : null;
}
