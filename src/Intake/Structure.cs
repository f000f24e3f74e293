using System.IO.Compression;
using System.Text;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake;

/// <summary>Where an object's pixels lie in its file.</summary>
/// <param name="NativeBytes">How many there are; null where they are encapsulated.</param>
/// <param name="LastBytes">The last bytes of the last fragment, where they are encapsulated.</param>
internal sealed record PixelExtent(long? NativeBytes, byte[] LastBytes);

/// <summary>
/// Whether an object's elements nest and end as they say (PS3.5 chapter 7), found out without looking into them. GDCM does not tell: it
/// fills what is missing with zeros, or aborts. Reading ends after the pixels; nothing that trails them is used.
/// </summary>
internal abstract record Structure
{
    private const long MaxBytes = 512L << 20;
    private const int PreambleBytes = 128;
    private const ushort MetaGroup = 0x0002;
    private const ushort FirstGroup = 0x0008;
    private const ushort FirstGroupBigEndian = 0x0800;
    private const ushort TransferSyntax = 0x0010;
    private const int MaxUidBytes = 64;
    private const string Deflated = "1.2.840.10008.1.2.1.99";
    private const string BigEndian = "1.2.840.10008.1.2.2";

    private Structure() { }

    internal sealed record NotDicom : Structure;

    /// <summary>It ends inside an element, or its elements contradict each other.</summary>
    internal sealed record Broken : Structure;

    /// <summary>It inflates to more than an object may have.</summary>
    internal sealed record TooLarge : Structure;

    /// <summary>It has an element of a form the standard does not know; GDCM may.</summary>
    internal sealed record Unclear : Structure;

    /// <param name="Pixels">Null where it has none.</param>
    internal sealed record Whole(PixelExtent? Pixels) : Structure;

    internal static Structure Of(Stream file)
    {
        try
        {
            return StartOf(file) is { } start ? OfDataSet(file, start.HasMagic, start.Group) : new NotDicom();
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            return new Broken();
        }
        catch (TooManyBytesException)
        {
            return new TooLarge();
        }
    }

    /// <summary>How the file starts, and the file placed after its preamble; null where this is no DICOM.</summary>
    private static (bool HasMagic, int Group)? StartOf(Stream file)
    {
        var start = new byte[PreambleBytes + 4];
        var hasMagic = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
            && start.AsSpan(PreambleBytes).SequenceEqual("DICM"u8);
        file.Position = hasMagic ? start.Length : 0;
        var group = start[0] | (start[1] << 8);
        return hasMagic || group is MetaGroup or FirstGroup or FirstGroupBigEndian ? (hasMagic, group) : null;
    }

    private static Structure OfDataSet(Stream file, bool hasMagic, int group)
    {
        var syntax = PassMeta(file);
        if (syntax == Deflated)
        {
            using var inflated = new DeflateStream(file, CompressionMode.Decompress, leaveOpen: true);
            return Walk(inflated, bigEndian: false, namesTypes: true);
        }

        // What the first element looks like counts, not what the transfer syntax says: the two differ in the wild.
        var first = new byte[6];
        var position = file.Position;
        file.ReadExactly(first);
        file.Position = position;
        var bigEndian = syntax == BigEndian || (!hasMagic && group == FirstGroupBigEndian);
        return Walk(file, bigEndian, ElementType.IsOne(first[4], first[5]));
    }

    private static Structure Walk(Stream data, bool bigEndian, bool namesTypes) =>
        new StructureWalk(new ByteSource(data, bigEndian, MaxBytes), namesTypes).Run();

    /// <summary>Passes over the meta header, which is always explicit little endian, and takes the transfer syntax along.</summary>
    private static string? PassMeta(Stream file)
    {
        string? syntax = null;
        while (true)
        {
            var element = file.Position;
            var source = new ByteSource(file, bigEndian: false, MaxBytes);
            if (!source.TryUInt16(out var group) || group != MetaGroup)
            {
                file.Position = element;
                return syntax;
            }

            var number = source.UInt16();
            var (_, length) = ElementType.ReadWithLength(source);
            var value = new byte[number == TransferSyntax ? Math.Min(length, MaxUidBytes) : 0];
            source.Fill(value);
            source.Skip(length - value.Length);
            syntax = number == TransferSyntax ? Encoding.ASCII.GetString(value).Trim('\0', ' ') : syntax;
        }
    }
}
