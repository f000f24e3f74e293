using System.Text;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake.Dicom;

/// <summary>What became of opening an object.</summary>
internal abstract record DicomOpening
{
    private DicomOpening() { }

    internal sealed record Refused(RefusalCode Code) : DicomOpening;

    /// <param name="Object">To be read on, and disposed.</param>
    internal sealed record Opened(DicomObject Object) : DicomOpening;
}

/// <summary>
/// Reads an object (PS3.10 chapter 7) from a stream that only goes forward: with or without a preamble, which may hold anything, and with or
/// without meta information, whose own lengths are not relied on. All else that a stranger controls is bounded by <see cref="DicomBounds"/>.
/// </summary>
internal static class DicomReader
{
    internal const string ImplicitLittleEndian = "1.2.840.10008.1.2";
    internal const string ExplicitLittleEndian = "1.2.840.10008.1.2.1";
    internal const string DeflatedLittleEndian = "1.2.840.10008.1.2.1.99";
    internal const string ExplicitBigEndian = "1.2.840.10008.1.2.2";

    private const int PreambleBytes = 128;
    private const ushort MetaGroup = 0x0002;
    private const ushort FirstGroup = 0x0008;
    private const ushort FirstGroupBigEndian = 0x0800;

    /// <summary>Reads all that stands before the pixels. The stream stays the caller's.</summary>
    internal static DicomOpening Open(Stream stream)
    {
        var input = new DicomInput(stream);
        try
        {
            return PassStart(input) ? new DicomOpening.Opened(OpenDataSet(input)) : new DicomOpening.Refused(RefusalCode.NotDicom);
        }
        catch (DicomException exception)
        {
            return new DicomOpening.Refused(exception.Code);
        }
    }

    /// <summary>False where this is no DICOM.</summary>
    private static bool PassStart(DicomInput input)
    {
        var magic = "DICM"u8;
        var start = input.Peek(PreambleBytes + magic.Length);
        if (start.Length == PreambleBytes + magic.Length && start[PreambleBytes..].SequenceEqual(magic))
        {
            input.Skip(start.Length);
            return true;
        }

        return start is [var low, var high, ..] && (low | (high << 8)) is MetaGroup or FirstGroup or FirstGroupBigEndian;
    }

    private static DicomObject OpenDataSet(DicomInput input)
    {
        input.Bound = DicomBounds.MaxHeaderBytes;
        var meta = new DicomParser(input).ReadGroup(MetaGroup, DicomEncoding.ExplicitLittle);
        var syntax = meta.Bytes(DicomTags.TransferSyntax) is { } bytes ? Encoding.ASCII.GetString(bytes.Span).Trim('\0', ' ') : null;
        var encoding = EncodingOf(input.Peek(6), syntax);
        if (syntax != DeflatedLittleEndian || encoding is not null)
        {
            return OpenDataSet(input, input, meta, syntax, encoding ?? throw new DicomException(RefusalCode.Damaged), null);
        }

        input.Bound = DicomBounds.MaxObjectBytes;
        var inflating = new InflatingStream(input);
        try
        {
            return OpenDataSet(input, new DicomInput(inflating) { Bound = DicomBounds.MaxHeaderBytes }, meta, syntax, DicomEncoding.ExplicitLittle, inflating);
        }
        catch
        {
            inflating.Dispose();
            throw;
        }
    }

    private static DicomObject OpenDataSet(
        DicomInput file, DicomInput input, DicomDataSet meta, string? syntax, DicomEncoding encoding, InflatingStream? inflating)
    {
        var parser = new DicomParser(input);
        var (dataSet, pixels) = parser.ReadUpToPixels(encoding);
        input.Bound = DicomBounds.MaxObjectBytes;
        var kind = pixels switch
        {
            null => PixelDataKind.None,
            { } head when head.Tag != DicomTags.PixelData => PixelDataKind.Floating,
            { IsUndefined: true } => PixelDataKind.Encapsulated,
            _ => PixelDataKind.Native,
        };
        return new DicomObject(new DicomHeader(meta, dataSet, syntax, encoding, kind), new PixelData(input, pixels, encoding), parser, file, inflating);
    }

    /// <summary>
    /// What the first element looks like counts, not what the transfer syntax says: the two differ in the wild. Null where it looks like none,
    /// as what is deflated does.
    /// </summary>
    private static DicomEncoding? EncodingOf(ReadOnlySpan<byte> first, string? syntax)
    {
        if (first is not [var low, var high, _, _, var one, var other])
        {
            return null;
        }

        var namesTypes = ValueRepresentation.Of(one, other) is not null;
        var group = low | (high << 8);
        return syntax == DeflatedLittleEndian && !(group == FirstGroup && namesTypes)
            ? null
            : new DicomEncoding(namesTypes, group == FirstGroupBigEndian || (syntax == ExplicitBigEndian && group != FirstGroup));
    }
}
