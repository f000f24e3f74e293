using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Scanlock.Contracts.Intake;

namespace Scanlock.Intake.Dicom;

/// <summary>
/// The values of a data set, never past a bound. Numbers are read in whichever representation they were written, as long as it can only
/// mean one; what is absent, or not of the form asked for, is null.
/// </summary>
internal static class DicomValues
{
    // Of every value taken for a fact, the longest is a text in an encoding of up to four bytes a character.
    private const int MaxBytes = IntakeProtocol.MaxTextLength * 4;
    private const int MaxUidLength = 64;
    private const int MaxCodes = 16;

    private static readonly DicomTag CharacterSet = new(0x0008, 0x0005);

    /// <summary>A UID as it stands: real ones include what is not one, so all that is asked is plain text of at most 64 characters.</summary>
    internal static string? Uid(this DicomDataSet set, DicomTag tag) =>
        set.Ascii(tag) is { Length: <= MaxUidLength } text && text.All(character => character is > ' ' and <= '~') ? text : null;

    /// <summary>A code string, in capitals.</summary>
    internal static string? Code(this DicomDataSet set, DicomTag tag) => set.Ascii(tag)?.ToUpperInvariant();

    internal static IReadOnlyList<string> Codes(this DicomDataSet set, DicomTag tag) =>
        [.. (set.Code(tag) ?? "").Split('\\', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(MaxCodes)];

    /// <summary>A text in the data set's own character set, without padding.</summary>
    internal static string? Text(this DicomDataSet set, DicomTag tag) =>
        Bounded(set, tag) is { } bytes && Trim(DicomText.Decode(bytes.Span, set.Ascii(CharacterSet) ?? "")) is { Length: <= IntakeProtocol.MaxTextLength } text
            ? text
            : null;

    internal static int? Integer(this DicomDataSet set, DicomTag tag) =>
        set.Decimal(tag) is { } number && number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;

    internal static double? Decimal(this DicomDataSet set, DicomTag tag) => set.Decimals(tag, 1)?[0];

    /// <summary>Exactly that many numbers, each finite.</summary>
    internal static IReadOnlyList<double>? Decimals(this DicomDataSet set, DicomTag tag, int count)
    {
        var numbers = set.Decimals(tag);
        return numbers?.Count == count ? numbers : null;
    }

    /// <summary>All the numbers there are, each finite.</summary>
    internal static IReadOnlyList<double>? Decimals(this DicomDataSet set, DicomTag tag)
    {
        if (!set.TryGet(tag, out var element) || element is not DicomValue { Vr: var vr, Bytes: { IsEmpty: false } bytes } || bytes.Length > DicomBounds.MaxFrames * sizeof(double))
        {
            return null;
        }

        var numbers = vr is "DS" or "IS" ? Written(bytes.Span) : Binary(bytes.Span, vr);
        return numbers is not null && numbers.TrueForAll(double.IsFinite) ? numbers : null;
    }

    /// <summary>16 bits as they lie, whether they are a number with a sign or without.</summary>
    internal static ushort? Word(this DicomDataSet set, DicomTag tag) =>
        set.Bytes(tag) is { Length: sizeof(ushort) } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.Span) : null;

    private static List<double>? Written(ReadOnlySpan<byte> bytes)
    {
        var numbers = new List<double>();
        foreach (var part in Encoding.Latin1.GetString(bytes).Trim(' ', '\0').Split('\\'))
        {
            if (!double.TryParse(part.AsSpan().Trim(" \0"), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static List<double>? Binary(ReadOnlySpan<byte> bytes, string vr)
    {
        Func<ReadOnlySpan<byte>, double>? read = vr switch
        {
            "US" => static word => BinaryPrimitives.ReadUInt16LittleEndian(word),
            "SS" => static word => BinaryPrimitives.ReadInt16LittleEndian(word),
            "UL" => static word => BinaryPrimitives.ReadUInt32LittleEndian(word),
            "SL" => static word => BinaryPrimitives.ReadInt32LittleEndian(word),
            "FL" => static word => BinaryPrimitives.ReadSingleLittleEndian(word),
            "FD" => static word => BinaryPrimitives.ReadDoubleLittleEndian(word),
            _ => null,
        };
        var unit = ValueRepresentation.Unit(vr);
        if (read is null || bytes.Length % unit != 0)
        {
            return null;
        }

        var numbers = new List<double>(bytes.Length / unit);
        for (var at = 0; at < bytes.Length; at += unit)
        {
            numbers.Add(read(bytes.Slice(at, unit)));
        }

        return numbers;
    }

    private static string? Ascii(this DicomDataSet set, DicomTag tag) =>
        Bounded(set, tag) is { } bytes ? Trim(Encoding.Latin1.GetString(bytes.Span)) : null;

    private static ReadOnlyMemory<byte>? Bounded(DicomDataSet set, DicomTag tag) => set.Bytes(tag) is { Length: <= MaxBytes } bytes ? bytes : null;

    private static string? Trim(string text) => text.Trim(' ', '\0') is { Length: > 0 } trimmed ? trimmed : null;
}
