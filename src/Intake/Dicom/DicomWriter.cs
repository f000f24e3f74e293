using System.Buffers.Binary;
using System.Text;

namespace Scanlock.Intake.Dicom;

/// <summary>
/// Writes an object (PS3.10 chapter 7), explicit little endian: an empty preamble, meta information of its own, the data set with sequences
/// that delimiters end, then the pixels, which pass through in parts. Nothing of the meta information, group lengths or trailing elements of
/// an object that was read goes on.
/// </summary>
internal sealed class DicomWriter
{
    private const int BufferBytes = 64 << 10;
    private const int PreambleBytes = 128;

    // Under the root for UUIDs (PS3.5 B.2): nobody has to assign it.
    private const string ImplementationClass = "2.25.121023340431075085112990390010637937217";
    private const string ImplementationVersion = "SCANLOCK";

    private static readonly DicomTag SopClass = new(0x0008, 0x0016);
    private static readonly DicomTag SopInstance = new(0x0008, 0x0018);

    private readonly Stream output;
    private readonly byte[] buffer = new byte[BufferBytes];
    private int buffered;
    private long pixelBytes;
    private long pixelBytesWritten;
    private bool isEncapsulated;

    /// <param name="stream">Stays the caller's, and has everything after <see cref="End"/>.</param>
    internal DicomWriter(Stream stream) => output = stream;

    /// <summary>Writes all that stands before the pixels.</summary>
    /// <param name="transferSyntax">How the pixels that follow are encoded: Explicit VR Little Endian, or an encapsulated one.</param>
    internal void WriteHeader(DicomDataSet dataSet, string transferSyntax)
    {
        Put(new byte[PreambleBytes]);
        Put("DICM"u8);
        WriteMeta(dataSet, transferSyntax);
        var hasTables = transferSyntax != DicomReader.ExplicitLittleEndian;
        foreach (var element in dataSet)
        {
            // Commands, meta information (PS3.7, PS3.10) and, without fragments, the tables of their offsets have no place here.
            if (element.Tag.Group is not (0x0000 or 0x0002) && (hasTables || element.Tag.Group != DicomTags.PixelData.Group))
            {
                Write(element);
            }
        }
    }

    /// <summary>Announces native pixels, of which <see cref="WritePixels"/> then writes all.</summary>
    /// <param name="bitsAllocated">Samples of more than 8 bits are words (PS3.5 A.2).</param>
    internal void BeginNativePixels(long bytes, int bitsAllocated)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, uint.MaxValue - 1);
        WriteLongHead(DicomTags.PixelData, bitsAllocated > 8 ? "OW" : "OB", (uint)(bytes + (bytes & 1)));
        (pixelBytes, pixelBytesWritten) = (bytes, 0);
    }

    internal void WritePixels(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > pixelBytes - pixelBytesWritten)
        {
            throw new ArgumentException("More pixels than announced.", nameof(bytes));
        }

        Put(bytes);
        pixelBytesWritten += bytes.Length;
    }

    /// <summary>Announces encapsulated pixels, of which <see cref="WriteFragment"/> writes one part after the other, the Basic Offset Table first.</summary>
    internal void BeginEncapsulatedPixels()
    {
        WriteLongHead(DicomTags.PixelData, "OB", ElementHead.Undefined);
        isEncapsulated = true;
    }

    internal void WriteFragment(ReadOnlySpan<byte> fragment)
    {
        WriteDelimiter(DicomTags.Item, (uint)(fragment.Length + (fragment.Length & 1)));
        Put(fragment);
        Pad(fragment.Length, 0);
    }

    /// <summary>Ends the pixels, if there are any, and the object.</summary>
    internal void End()
    {
        if (pixelBytesWritten != pixelBytes)
        {
            throw new InvalidOperationException("Fewer pixels were written than announced.");
        }

        Pad(pixelBytes, 0);
        if (isEncapsulated)
        {
            WriteDelimiter(DicomTags.SequenceEnd, 0);
        }

        output.Write(buffer, 0, buffered);
        output.Flush();
        buffered = 0;
    }

    private void WriteMeta(DicomDataSet dataSet, string transferSyntax)
    {
        DicomElement[] meta =
        [
            new DicomValue(new DicomTag(0x0002, 0x0001), "OB", new byte[] { 0, 1 }),
            new DicomValue(DicomTags.MediaStorageSopClass, "UI", dataSet.Bytes(SopClass) ?? default),
            new DicomValue(new DicomTag(0x0002, 0x0003), "UI", dataSet.Bytes(SopInstance) ?? default),
            new DicomValue(DicomTags.TransferSyntax, "UI", Encoding.ASCII.GetBytes(transferSyntax)),
            new DicomValue(new DicomTag(0x0002, 0x0012), "UI", Encoding.ASCII.GetBytes(ImplementationClass)),
            new DicomValue(new DicomTag(0x0002, 0x0013), "SH", Encoding.ASCII.GetBytes(ImplementationVersion)),
        ];
        using var bytes = new MemoryStream();
        var group = new DicomWriter(bytes);
        foreach (var element in meta)
        {
            group.Write(element);
        }

        group.End();
        WriteTag(DicomTags.GroupLength);
        Put("UL"u8);
        WriteUInt16(sizeof(uint));
        WriteUInt32((uint)bytes.Length);
        Put(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private void Write(DicomElement element)
    {
        // Lengths of groups are retired, and would be wrong after any change (PS3.5 7.2).
        if (element.Tag.Element == 0)
        {
            return;
        }

        if (element is DicomSequence sequence)
        {
            WriteSequence(sequence);
        }
        else if (element is DicomValue value)
        {
            WriteValue(value);
        }
    }

    private void WriteSequence(DicomSequence sequence)
    {
        WriteLongHead(sequence.Tag, ValueRepresentation.Sequence, ElementHead.Undefined);
        foreach (var item in sequence.Items)
        {
            WriteDelimiter(DicomTags.Item, ElementHead.Undefined);
            foreach (var element in item)
            {
                Write(element);
            }

            WriteDelimiter(DicomTags.ItemEnd, 0);
        }

        WriteDelimiter(DicomTags.SequenceEnd, 0);
    }

    private void WriteValue(DicomValue element)
    {
        var padding = ValueRepresentation.Padding(element.Vr);
        var value = Unpadded(element, padding);
        var length = value.Length + (value.Length & 1);

        // What a short length field does not hold is written as unknown (PS3.5 6.2.2).
        if (length <= ushort.MaxValue && !ValueRepresentation.HasLongLength(element.Vr))
        {
            WriteTag(element.Tag);
            WriteLetters(element.Vr);
            WriteUInt16((ushort)length);
        }
        else
        {
            WriteLongHead(element.Tag, ValueRepresentation.HasLongLength(element.Vr) ? element.Vr : ValueRepresentation.Unknown, (uint)length);
        }

        Put(value);
        Pad(value.Length, padding);
    }

    /// <summary>Some writers end texts with zeros, and UIDs with spaces.</summary>
    private static ReadOnlySpan<byte> Unpadded(DicomValue element, byte padding) => element.Vr switch
    {
        "UI" => element.Bytes.Span.TrimEnd(" \0"u8),
        _ when padding == (byte)' ' => element.Bytes.Span.TrimEnd((byte)0),
        _ => element.Bytes.Span,
    };

    private void WriteLongHead(DicomTag tag, string vr, uint length)
    {
        WriteTag(tag);
        WriteLetters(vr);
        WriteUInt16(0);
        WriteUInt32(length);
    }

    private void WriteDelimiter(DicomTag tag, uint length)
    {
        WriteTag(tag);
        WriteUInt32(length);
    }

    private void WriteTag(DicomTag tag)
    {
        WriteUInt16(tag.Group);
        WriteUInt16(tag.Element);
    }

    private void WriteLetters(string vr)
    {
        Put([(byte)vr[0], (byte)vr[1]]);
    }

    private void WriteUInt16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        Put(bytes);
    }

    private void WriteUInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Put(bytes);
    }

    private void Pad(long length, byte padding)
    {
        if ((length & 1) == 1)
        {
            Put([padding]);
        }
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > buffer.Length - buffered)
        {
            output.Write(buffer, 0, buffered);
            buffered = 0;
        }

        if (bytes.Length > buffer.Length)
        {
            output.Write(bytes);
            return;
        }

        bytes.CopyTo(buffer.AsSpan(buffered));
        buffered += bytes.Length;
    }
}
