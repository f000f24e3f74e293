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
    public static FewPatients In(IReadOnlyList<ClassCount> counts, int least) => new(Reason(counts[0], least), Reason(counts[1], least));

    /// <summary>A class that nobody is of says nothing of anybody, and what is left is about the other one.</summary>
    private static string? Reason(ClassCount one, int least) =>
        one.Patients > 0 && one.Patients < least ? $"fewer than {least} patients of class {one.Class}" : null;
}
