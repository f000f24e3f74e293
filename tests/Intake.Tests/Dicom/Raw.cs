using System.Text;

namespace Scanlock.Intake.Tests.Dicom;

/// <summary>Objects written byte by byte, so that they can be wrong.</summary>
internal static class Raw
{
    internal const uint Undefined = uint.MaxValue;

    internal static byte[] SequenceEnd { get; } = [0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];

    internal static byte[] ItemEnd { get; } = [0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0];

    internal static byte[] Explicit(uint tag, string vr, params byte[] value) => [.. Head(tag, vr, (uint)value.Length), .. value];

    internal static byte[] Explicit(uint tag, string vr, string text) => Explicit(tag, vr, Encoding.Latin1.GetBytes(text));

    /// <summary>The head of an explicit element that claims a length.</summary>
    internal static byte[] Head(uint tag, string vr, uint length) =>
        vr is "OB" or "OW" or "SQ" or "UN" or "UT" or "OF" or "OD"
            ? [.. Tag(tag), .. Encoding.Latin1.GetBytes(vr), 0, 0, .. BitConverter.GetBytes(length)]
            : [.. Tag(tag), .. Encoding.Latin1.GetBytes(vr), .. BitConverter.GetBytes((ushort)length)];

    internal static byte[] Implicit(uint tag, params byte[] value) => [.. ImplicitHead(tag, (uint)value.Length), .. value];

    internal static byte[] Implicit(uint tag, string text) => Implicit(tag, Encoding.Latin1.GetBytes(text));

    internal static byte[] ImplicitHead(uint tag, uint length) => [.. Tag(tag), .. BitConverter.GetBytes(length)];

    internal static byte[] Item(params byte[] content) => Implicit(0xfffee000, content);

    internal static byte[] OpenItem(params byte[] content) => [.. ImplicitHead(0xfffee000, Undefined), .. content, .. ItemEnd];

    /// <summary>The element with every field and word turned to big-endian order; for texts and 16-bit values.</summary>
    internal static byte[] Big(uint tag, string vr, params byte[] value)
    {
        byte[] head = [(byte)(tag >> 24), (byte)(tag >> 16), (byte)(tag >> 8), (byte)tag, .. Encoding.Latin1.GetBytes(vr)];
        return vr is "OB" or "OW" or "SQ" or "UN"
            ? [.. head, 0, 0, .. BitConverter.GetBytes(value.Length).Reverse(), .. value]
            : [.. head, .. BitConverter.GetBytes((ushort)value.Length).Reverse(), .. value];
    }

    /// <summary>A preamble and meta information before a data set.</summary>
    internal static byte[] File(string transferSyntax, params byte[][] dataSet) =>
        [.. new byte[128], .. "DICM"u8, .. Explicit(0x00020010, "UI", Even(transferSyntax)), .. dataSet.SelectMany(element => element)];

    internal static byte[] Explicit(params byte[][] dataSet) => File("1.2.840.10008.1.2.1", dataSet);

    private static string Even(string uid) => uid.Length % 2 == 0 ? uid : uid + "\0";

    private static byte[] Tag(uint tag) => [(byte)(tag >> 16), (byte)(tag >> 24), (byte)tag, (byte)(tag >> 8)];
}
