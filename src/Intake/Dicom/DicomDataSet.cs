using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Scanlock.Intake.Dicom;

/// <summary>
/// The elements of an object, or of an item of one of its sequences, in order of their tags. Of the object itself it holds what stands before
/// its pixels; those are never in memory as a whole.
/// </summary>
internal sealed class DicomDataSet : IEnumerable<DicomElement>
{
    private readonly SortedDictionary<DicomTag, DicomElement> elements = [];

    internal DicomDataSet()
    {
    }

    internal DicomDataSet(IEnumerable<DicomElement> elements)
    {
        foreach (var element in elements)
        {
            Set(element);
        }
    }

    internal int Count => elements.Count;

    internal bool Has(DicomTag tag) => elements.ContainsKey(tag);

    internal bool TryGet(DicomTag tag, [NotNullWhen(true)] out DicomElement? element) => elements.TryGetValue(tag, out element);

    /// <summary>The value's bytes; null where there is no such element, or it is a sequence.</summary>
    internal ReadOnlyMemory<byte>? Bytes(DicomTag tag) =>
        elements.TryGetValue(tag, out var element) && element is DicomValue value ? value.Bytes : default(ReadOnlyMemory<byte>?);

    /// <summary>The items; none where there is no such sequence.</summary>
    internal IReadOnlyList<DicomDataSet> Items(DicomTag tag) => elements.TryGetValue(tag, out var element) && element is DicomSequence sequence ? sequence.Items : [];

    /// <summary>Adds an element, or replaces the one of its name.</summary>
    internal void Set(DicomElement element) => elements[element.Tag] = element;

    internal void Remove(DicomTag tag) => elements.Remove(tag);

    public IEnumerator<DicomElement> GetEnumerator() => elements.Values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
