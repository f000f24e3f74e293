namespace Scanlock.Intake;

/// <summary>Value representations: two capitals, and for some a longer length field (PS3.5 7.1.2).</summary>
internal static class ElementType
{
    internal const string Sequence = "SQ";
    internal const string Unknown = "UN";

    private static readonly HashSet<string> Short = new(StringComparer.Ordinal)
    {
        "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO", "LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US",
    };

    private static readonly HashSet<string> Long = new(StringComparer.Ordinal)
    {
        "OB", "OD", "OF", "OL", "OV", "OW", Sequence, "SV", "UC", Unknown, "UR", "UT", "UV",
    };

    internal static bool IsOne(byte first, byte second) => Name(first, second) is var name && (Short.Contains(name) || Long.Contains(name));

    /// <summary>The type and length of an element that names its type; the type is null where there is no such type.</summary>
    internal static (string? Type, uint Length) ReadWithLength(ByteSource source)
    {
        Span<byte> letters = stackalloc byte[2];
        source.Fill(letters);
        var name = Name(letters[0], letters[1]);
        if (Short.Contains(name))
        {
            return (name, source.UInt16());
        }

        source.UInt16();
        return Long.Contains(name) ? (name, source.UInt32()) : (null, 0);
    }

    private static string Name(byte first, byte second) => string.Create(2, (first, second), static (text, letters) =>
    {
        text[0] = (char)letters.first;
        text[1] = (char)letters.second;
    });
}

/// <summary>The walk over a data set, element by element, to behind its pixels or to its end.</summary>
/// <param name="source">The data set's bytes.</param>
/// <param name="namesTypes">Whether elements name their types (explicit VR).</param>
internal sealed class StructureWalk(ByteSource source, bool namesTypes)
{
    private const uint Undefined = uint.MaxValue;
    private const uint PixelData = 0x7fe00010;
    private const uint Item = 0xfffee000;
    private const uint ItemEnd = 0xfffee00d;
    private const uint SequenceEnd = 0xfffee0dd;

    // Real objects nest less than ten deep; GDCM's recursion has no bound of its own.
    private const int MaxDepth = 64;
    private const int LastBytes = 16;

    /// <exception cref="EndOfStreamException">An element says it is longer than what there is.</exception>
    internal Structure Run()
    {
        while (source.TryUInt16(out var group))
        {
            var tag = ((uint)group << 16) | source.UInt16();
            if (ReadHead(namesTypes) is not { } head)
            {
                return new Structure.Unclear();
            }

            if (tag == PixelData)
            {
                return new Structure.Whole(head.Length == Undefined ? PassFragments() : PassNative(head.Length));
            }

            if (PassValue(head.Type, head.Length, namesTypes, depth: 0) is { } fault)
            {
                return fault;
            }
        }

        return new Structure.Whole(null);
    }

    private (string? Type, uint Length)? ReadHead(bool withType)
    {
        if (!withType)
        {
            return (null, source.UInt32());
        }

        var head = ElementType.ReadWithLength(source);
        return head.Type is null ? null : head;
    }

    /// <summary>Null where the value was passed over.</summary>
    private Structure? PassValue(string? type, uint length, bool withTypes, int depth)
    {
        if (length != Undefined)
        {
            source.Skip(length);
            return null;
        }

        // Of undefined length are sequences, and unknown elements that were one: those hold no types (PS3.5 6.2.2).
        return type is null or ElementType.Sequence or ElementType.Unknown
            ? PassSequence(withTypes && type != ElementType.Unknown, depth + 1)
            : new Structure.Broken();
    }

    private Structure? PassSequence(bool withTypes, int depth)
    {
        if (depth > MaxDepth)
        {
            return new Structure.Broken();
        }

        while (true)
        {
            var tag = ReadTag();
            var length = source.UInt32();
            if (tag == SequenceEnd)
            {
                return null;
            }

            if (tag != Item)
            {
                return new Structure.Broken();
            }

            if (length != Undefined)
            {
                source.Skip(length);
            }
            else if (PassItem(withTypes, depth) is { } fault)
            {
                return fault;
            }
        }
    }

    private Structure? PassItem(bool withTypes, int depth)
    {
        while (true)
        {
            var tag = ReadTag();
            if (tag == ItemEnd)
            {
                source.UInt32();
                return null;
            }

            if (ReadHead(withTypes) is not { } head)
            {
                return new Structure.Unclear();
            }

            if (PassValue(head.Type, head.Length, withTypes, depth) is { } fault)
            {
                return fault;
            }
        }
    }

    private PixelExtent PassNative(uint length)
    {
        source.Skip(length);
        return new PixelExtent(length, []);
    }

    /// <summary>Fragments up to the delimiter (PS3.5 A.4); anything else between them ends the object early.</summary>
    private PixelExtent PassFragments()
    {
        var last = Array.Empty<byte>();
        while (true)
        {
            var tag = ReadTag();
            var length = source.UInt32();
            if (tag == SequenceEnd)
            {
                return new PixelExtent(null, last);
            }

            if (tag != Item || length == Undefined)
            {
                throw new EndOfStreamException();
            }

            last = length > 0 ? new byte[Math.Min(length, LastBytes)] : last;
            source.Skip(length - (length > 0 ? last.Length : 0));
            source.Fill(length > 0 ? last : []);
        }
    }

    private uint ReadTag() => ((uint)source.UInt16() << 16) | source.UInt16();
}
