using Scanlock.Contracts.Intake;

namespace Scanlock.Intake.Dicom;

/// <summary>
/// The value of Pixel Data, forward only: native bytes, or one fragment after the other. Its methods end with a <see cref="DicomException"/>
/// where the object does not hold what it says.
/// </summary>
internal sealed class PixelData
{
    private readonly DicomInput input;
    private readonly bool bigEndian;
    private int fragments;
    private bool isEnded;

    internal PixelData(DicomInput input, ElementHead? head, DicomEncoding encoding)
    {
        this.input = input;
        bigEndian = encoding.BigEndian;
        Vr = head?.Vr ?? "OW";
        IsEncapsulated = head is { IsUndefined: true };
        NativeBytesLeft = IsEncapsulated ? 0 : head?.Length ?? 0;
        isEnded = !IsEncapsulated;
    }

    /// <summary>The representation it is written with.</summary>
    internal string Vr { get; }

    internal bool IsEncapsulated { get; }

    /// <summary>Of native pixels, what has not been read.</summary>
    internal long NativeBytesLeft { get; private set; }

    /// <summary>The next native bytes, in the object's own order.</summary>
    internal void ReadNative(Span<byte> bytes)
    {
        if (bytes.Length > NativeBytesLeft)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        input.Read(bytes);
        NativeBytesLeft -= bytes.Length;
    }

    /// <summary>The next fragment (PS3.5 A.4), of which the first is the Basic Offset Table; null behind the last.</summary>
    /// <param name="maxBytes">A longer one is too large.</param>
    internal byte[]? ReadFragment(long maxBytes)
    {
        if (NextFragment() is not { } length)
        {
            return null;
        }

        return length <= maxBytes ? input.ReadValue(length) : throw new DicomException(RefusalCode.TooLarge);
    }

    /// <summary>Passes over what has not been read.</summary>
    internal void PassRest()
    {
        input.Skip(NativeBytesLeft);
        NativeBytesLeft = 0;
        while (NextFragment() is { } length)
        {
            input.Skip(length);
        }
    }

    private long? NextFragment()
    {
        if (isEnded)
        {
            return null;
        }

        var tag = input.Tag(bigEndian);
        var length = input.UInt32(bigEndian);
        if (tag == DicomTags.SequenceEnd)
        {
            isEnded = true;
            return null;
        }

        if (tag != DicomTags.Item || length == ElementHead.Undefined)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        return ++fragments <= DicomBounds.MaxFragments ? length : throw new DicomException(RefusalCode.TooLarge);
    }
}
