using System.Buffers.Binary;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake.Dicom;

/// <summary>
/// Reads data sets, element by element and into their sequences. What writers get wrong is read as it must have been meant: elements
/// that do not name their type among some that do, types that no edition knows, sequences written as UN, items without their end.
/// </summary>
internal sealed class DicomParser(DicomInput input)
{
    private const int HeadBytes = 8;

    private int elements;
    private int items;
    private bool signed;

    /// <summary>The data set as far as its pixels, and their head; null where it has none.</summary>
    internal (DicomDataSet DataSet, ElementHead? Pixels) ReadUpToPixels(DicomEncoding encoding)
    {
        var set = new DicomDataSet();
        while (!IsAtEnd())
        {
            var head = ReadHead(encoding);
            if (head.Tag == DicomTags.PixelData || head.Tag == DicomTags.FloatPixelData || head.Tag == DicomTags.DoubleFloatPixelData)
            {
                return (set, head);
            }

            ReadInto(set, head, encoding, long.MaxValue, depth: 0);
        }

        return (set, null);
    }

    /// <summary>Passes over what follows the pixels. It must be whole; what does not go on with the data set is padding, and passed over too.</summary>
    internal void PassTrailing(DicomEncoding encoding)
    {
        var passed = new DicomDataSet();
        while (!IsAtEnd())
        {
            var tag = PeekTag(encoding.BigEndian);
            if (tag <= DicomTags.PixelData)
            {
                input.SkipRest();
                return;
            }

            ReadInto(passed, ReadHead(encoding), encoding, long.MaxValue, depth: 0);
        }
    }

    /// <summary>The elements of one group, as long as they last.</summary>
    internal DicomDataSet ReadGroup(ushort group, DicomEncoding encoding)
    {
        var set = new DicomDataSet();
        while (input.Peek(HeadBytes).Length == HeadBytes && PeekTag(encoding.BigEndian).Group == group)
        {
            ReadInto(set, ReadHead(encoding), encoding, long.MaxValue, depth: 0);
        }

        return set;
    }

    /// <summary>Nothing follows, or less than the head of an element and all of it zero: some writers pad.</summary>
    private bool IsAtEnd() => input.Peek(HeadBytes) is { Length: < HeadBytes } rest && !rest.ContainsAnyExcept((byte)0);

    private DicomTag PeekTag(bool bigEndian)
    {
        var bytes = input.Peek(4);
        if (bytes.Length < 4)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        return bigEndian
            ? new DicomTag(BinaryPrimitives.ReadUInt16BigEndian(bytes), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]))
            : new DicomTag(BinaryPrimitives.ReadUInt16LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
    }

    private ElementHead ReadHead(DicomEncoding encoding)
    {
        var start = input.Peek(HeadBytes);
        if (start.Length < HeadBytes)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        var (first, second) = (start[4], start[5]);
        var hasReserved = start[6] == 0 && start[7] == 0;
        var tag = input.Tag(encoding.BigEndian);
        if (!encoding.NamesTypes || !ValueRepresentation.IsPlausible(first, second))
        {
            var length = input.UInt32(encoding.BigEndian);
            return new ElementHead(tag, DicomDictionary.Find(tag, signed) ?? ValueRepresentation.Unknown, length);
        }

        // Types of editions to come have the long form (PS3.5 7.1.2), but writers invent short ones too.
        input.Skip(2);
        var named = ValueRepresentation.Of(first, second);
        if (named is null ? !hasReserved : !ValueRepresentation.HasLongLength(named))
        {
            return new ElementHead(tag, named ?? Known(tag), input.UInt16(encoding.BigEndian));
        }

        input.Skip(2);
        return new ElementHead(tag, named ?? Known(tag), input.UInt32(encoding.BigEndian));
    }

    private string Known(DicomTag tag) => DicomDictionary.Find(tag, signed) ?? ValueRepresentation.Unknown;

    private void ReadInto(DicomDataSet set, ElementHead head, DicomEncoding encoding, long limit, int depth)
    {
        if (++elements > DicomBounds.MaxElements)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        if (!head.IsUndefined && head.Length > limit - input.Position)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        if (head.IsUndefined && head.Vr is "OB" or "OW" && input.Peek(4) is [_, _, _, _] && PeekTag(encoding.BigEndian) == DicomTags.Item)
        {
            // An icon's encapsulated pixels: nobody here has a use for them.
            PassFragments(encoding.BigEndian);
            return;
        }

        var element = head.IsUndefined || head.Vr == ValueRepresentation.Sequence
            ? new DicomSequence(head.Tag, ReadItems(head, encoding, limit, depth + 1))
            : ReadValue(head, encoding, depth);
        if (element.Tag.Value != 0)
        {
            set.Set(element);
        }
    }

    private List<DicomDataSet> ReadItems(ElementHead head, DicomEncoding encoding, long limit, int depth)
    {
        if (depth > DicomBounds.MaxDepth)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        // A sequence that became UN has items that do not name their types, little endian (PS3.5 6.2.2).
        var within = encoding.NamesTypes && head.Vr == ValueRepresentation.Unknown ? DicomEncoding.ImplicitLittle : encoding;
        var end = head.IsUndefined ? limit : input.Position + head.Length;
        var read = new List<DicomDataSet>();
        while (head.IsUndefined || input.Position < end)
        {
            var tag = input.Tag(within.BigEndian);
            var length = input.UInt32(within.BigEndian);
            if (tag == DicomTags.SequenceEnd && head.IsUndefined)
            {
                break;
            }

            if (tag == DicomTags.Item)
            {
                read.Add(ReadItem(length, within, end, depth));
            }
            else if (tag != DicomTags.ItemEnd && tag != DicomTags.SequenceEnd)
            {
                throw new DicomException(RefusalCode.Damaged);
            }
        }

        return input.Position <= end ? read : throw new DicomException(RefusalCode.Damaged);
    }

    private DicomDataSet ReadItem(uint length, DicomEncoding encoding, long limit, int depth)
    {
        var isOpen = length == ElementHead.Undefined;
        if (++items > DicomBounds.MaxItems)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        if (!isOpen && length > limit - input.Position)
        {
            throw new DicomException(RefusalCode.Damaged);
        }

        var end = isOpen ? limit : input.Position + length;
        var within = encoding.NamesTypes || !LooksExplicit() ? encoding : DicomEncoding.ExplicitLittle;
        var outerSign = signed;
        var set = new DicomDataSet();
        while (isOpen || input.Position < end)
        {
            var tag = PeekTag(encoding.BigEndian);
            if (tag == DicomTags.SequenceEnd && isOpen)
            {
                break;
            }

            if (tag != DicomTags.ItemEnd)
            {
                ReadInto(set, ReadHead(within), within, end, depth);
                continue;
            }

            input.Skip(HeadBytes);
            if (isOpen)
            {
                break;
            }
        }

        signed = outerSign;
        return input.Position <= end ? set : throw new DicomException(RefusalCode.Damaged);
    }

    /// <summary>Some writers name types even in the items of what they wrote as UN.</summary>
    private bool LooksExplicit() =>
        input.Peek(6) is [not 0xfe, _, _, _, var first, var second] && ValueRepresentation.Of(first, second) is not null;

    private DicomElement ReadValue(ElementHead head, DicomEncoding encoding, int depth)
    {
        if (head.Length > DicomBounds.MaxValueBytes)
        {
            throw new DicomException(RefusalCode.TooLarge);
        }

        var value = input.ReadValue(head.Length);
        if (head.Vr == ValueRepresentation.Unknown)
        {
            return Resolve(head.Tag, value, depth);
        }

        if (encoding.BigEndian)
        {
            Turn(value, ValueRepresentation.Unit(head.Vr));
        }

        if (head.Tag == DicomTags.PixelRepresentation && value is [var representation, ..])
        {
            signed = (representation & 1) == 1;
        }

        return new DicomValue(head.Tag, head.Vr, value);
    }

    /// <summary>What was UN for who wrote it, and is known here: a sequence where it reads as one, else the type if the length fits it.</summary>
    private DicomElement Resolve(DicomTag tag, byte[] value, int depth)
    {
        var vr = DicomDictionary.Find(tag, signed);
        if (vr != ValueRepresentation.Sequence)
        {
            return new DicomValue(tag, vr is not null && value.Length % ValueRepresentation.Unit(vr) == 0 ? vr : ValueRepresentation.Unknown, value);
        }

        try
        {
            var within = new DicomParser(new DicomInput(value)) { elements = elements, items = items, signed = signed };
            var head = new ElementHead(tag, ValueRepresentation.Sequence, (uint)value.Length);
            var read = within.ReadItems(head, DicomEncoding.ImplicitLittle, value.Length, depth + 1);
            (elements, items) = (within.elements, within.items);
            return new DicomSequence(tag, read);
        }
        catch (DicomException exception) when (exception.Code == RefusalCode.Damaged)
        {
            return new DicomValue(tag, ValueRepresentation.Unknown, value);
        }
    }

    private void PassFragments(bool bigEndian)
    {
        while (true)
        {
            var tag = input.Tag(bigEndian);
            var length = input.UInt32(bigEndian);
            if (tag == DicomTags.SequenceEnd)
            {
                return;
            }

            if (tag != DicomTags.Item || length == ElementHead.Undefined)
            {
                throw new DicomException(RefusalCode.Damaged);
            }

            input.Skip(length);
        }
    }

    /// <summary>Turns numbers of big-endian order.</summary>
    private static void Turn(Span<byte> value, int unit)
    {
        for (var at = 0; unit > 1 && at + unit <= value.Length; at += unit)
        {
            value.Slice(at, unit).Reverse();
        }
    }
}
