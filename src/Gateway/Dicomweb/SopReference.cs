using System.Buffers.Binary;
using System.Text;
using Scanlock.Contracts.Intake;

namespace Scanlock.Gateway.Dicomweb;

/// <summary>
/// What a sender calls an object: its SOP class and instance, to be named in the answer (PS3.18 10.5.3), for this sender's eyes only. Read from
/// the file meta information (PS3.10 7.1), a few elements that are always explicit little endian, so that an object can be named
/// also when the intake worker dies of it; all else in an object is for the worker alone.
/// </summary>
internal sealed record SopReference(string ClassUid, string InstanceUid)
{
    /// <summary>How much of an object's beginning is looked at.</summary>
    public const int HeadBytes = 4096;

    private const int Preamble = 128;
    private const int LongestUid = 64;
    private const ushort MetaGroup = 0x0002;
    private const ushort SopClassElement = 0x0002;
    private const ushort SopInstanceElement = 0x0003;

    /// <summary>Only the type's name: a record prints its members, and these must not reach a log by accident.</summary>
    public override string ToString() => nameof(SopReference);

    /// <summary>What the data set calls the object, where that is known: the instance that was stored, whatever the file meta information says.</summary>
    public static SopReference? Of(IntakeHead? head) =>
        head is { SopClassUid: { } classUid, SopInstanceUid: { } instanceUid } ? new(classUid, instanceUid) : null;

    /// <summary>Null where the beginning of an object does not name it.</summary>
    public static SopReference? Read(ReadOnlySpan<byte> head)
    {
        if (head.Length < Preamble + 4 || !head.Slice(Preamble, 4).SequenceEqual("DICM"u8))
        {
            return null;
        }

        string? classUid = null, instanceUid = null;
        var rest = head[(Preamble + 4)..];
        while (TryElement(ref rest, out var element, out var value))
        {
            if (element == SopClassElement)
            {
                classUid = UidOf(value);
            }
            else if (element == SopInstanceElement)
            {
                instanceUid = UidOf(value);
            }
        }

        return classUid is not null && instanceUid is not null ? new(classUid, instanceUid) : null;
    }

    private static bool TryElement(ref ReadOnlySpan<byte> rest, out ushort element, out ReadOnlySpan<byte> value)
    {
        element = 0;
        value = default;
        if (rest.Length < 8 || BinaryPrimitives.ReadUInt16LittleEndian(rest) != MetaGroup)
        {
            return false;
        }

        element = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
        var isLong = rest[4..6].SequenceEqual("OB"u8) || rest[4..6].SequenceEqual("UN"u8);
        if (isLong && rest.Length < 12)
        {
            return false;
        }

        var length = isLong ? BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]) : BinaryPrimitives.ReadUInt16LittleEndian(rest[6..]);
        rest = rest[(isLong ? 12 : 8)..];
        if (length > rest.Length)
        {
            return false;
        }

        value = rest[..(int)length];
        rest = rest[(int)length..];
        return true;
    }

    /// <summary>Real objects have UUIDs where UIDs belong, so any printable text of a UID's length will do.</summary>
    private static string? UidOf(ReadOnlySpan<byte> value)
    {
        var text = value.TrimEnd("\0 "u8);
        return text.Length is > 0 and <= LongestUid && !text.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? Encoding.ASCII.GetString(text) : null;
    }
}
