using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake.Deidentification;

/// <summary>Counts what is done to an object, and where.</summary>
internal sealed class ReportBuilder
{
    private readonly SortedDictionary<DeidentificationAction, int> counts = [];
    private readonly List<DeidentifiedElement> elements = [];
    private readonly Stack<string> path = [];

    internal void Enter(DicomTag sequence, int item) => path.Push($"{(path.Count > 0 ? path.Peek() : "")}{sequence}[{item + 1}].");

    internal void Leave() => path.Pop();

    internal void Add(DicomTag tag, DeidentificationAction action)
    {
        counts[action] = counts.GetValueOrDefault(action) + 1;
        if (elements.Count < DeidentificationReport.MaxElements)
        {
            elements.Add(new DeidentifiedElement($"{(path.Count > 0 ? path.Peek() : "")}{tag}", action));
        }
    }

    internal DeidentificationReport Build() => new(counts, elements, MaskedRegions: 0);
}
