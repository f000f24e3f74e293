namespace Scanlock.Intake.Dicom;

/// <summary>One element of a data set. Its type is the two letters of the standard (PS3.5 6.2), whatever the object's encoding.</summary>
internal abstract record DicomElement(DicomTag Tag, string Vr);

/// <summary>An element with a value.</summary>
/// <param name="Tag">Its name.</param>
/// <param name="Vr">Its type; <c>UN</c> where neither the object nor the dictionary says it.</param>
/// <param name="Bytes">The value as it lies in an object in little-endian order, padding included.</param>
internal sealed record DicomValue(DicomTag Tag, string Vr, ReadOnlyMemory<byte> Bytes) : DicomElement(Tag, Vr)
{
    public bool Equals(DicomValue? other) => other is not null && Tag == other.Tag && Vr == other.Vr && Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode() => HashCode.Combine(Tag, Vr, Bytes.Length);

    /// <summary>Its name and type: a record prints its members, and a value must not reach a log by accident.</summary>
    public override string ToString() => $"{Tag} {Vr}";
}

/// <summary>A sequence of data sets (PS3.5 7.5), also where it was written as <c>UN</c>.</summary>
internal sealed record DicomSequence(DicomTag Tag, IReadOnlyList<DicomDataSet> Items) : DicomElement(Tag, "SQ")
{
    /// <inheritdoc cref="DicomValue.ToString"/>
    public override string ToString() => $"{Tag} {Vr}";
}
