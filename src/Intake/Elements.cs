using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using gdcm;
using Scanlock.Contracts.Intake;
using Scanlock.Intake.Dicom;

namespace Scanlock.Intake;

/// <summary>
/// The values of a data set, read from their bytes and never past a bound. GDCM's own conversion to text assumes UTF-8 and would make
/// different identifiers equal.
/// </summary>
internal sealed class Elements(DataSet set)
{
    // Of every value the worker takes, the longest is a text in an encoding of up to four bytes a character.
    private const int MaxValueBytes = IntakeProtocol.MaxTextLength * 4;
    private const int MaxUidLength = 64;
    private const int MaxCodes = 16;

    private readonly string characterSet = Encoding.ASCII.GetString(Bytes(set, 0x0008, 0x0005) ?? []);

    internal bool Has(ushort group, ushort element)
    {
        using var tag = new Tag(group, element);
        return set.FindDataElement(tag);
    }

    /// <summary>A UID as it stands: real ones include what is not one, so all that is asked is plain text of at most 64 characters.</summary>
    internal string? Uid(ushort group, ushort element) =>
        Ascii(group, element) is { Length: <= MaxUidLength } text && text.All(character => character is > ' ' and <= '~') ? text : null;

    /// <summary>A code string, in capitals.</summary>
    internal string? Code(ushort group, ushort element) => Ascii(group, element)?.ToUpperInvariant();

    internal IReadOnlyList<string> Codes(ushort group, ushort element) =>
        [.. (Code(group, element) ?? "").Split('\\', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Take(MaxCodes)];

    /// <summary>A text in the object's own character set, without padding.</summary>
    internal string? Text(ushort group, ushort element) =>
        Trim(DicomText.Decode(Bytes(set, group, element) ?? [], characterSet)) is { Length: <= IntakeProtocol.MaxTextLength } text ? text : null;

    internal int? Integer(ushort group, ushort element) =>
        int.TryParse(Ascii(group, element), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    internal double? Decimal(ushort group, ushort element) => Decimals(group, element, 1)?[0];

    /// <summary>Exactly that many numbers, each finite.</summary>
    internal IReadOnlyList<double>? Decimals(ushort group, ushort element, int count)
    {
        var parts = (Ascii(group, element) ?? "").Split('\\', StringSplitOptions.TrimEntries);
        if (parts.Length != count)
        {
            return null;
        }

        var numbers = new double[count];
        for (var index = 0; index < count; index++)
        {
            if (!double.TryParse(parts[index], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[index]) || !double.IsFinite(numbers[index]))
            {
                return null;
            }
        }

        return numbers;
    }

    internal int? UnsignedShort(ushort group, ushort element) =>
        Bytes(set, group, element) is { Length: sizeof(ushort) } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : null;

    private string? Ascii(ushort group, ushort element) => Trim(Encoding.Latin1.GetString(Bytes(set, group, element) ?? []));

    private static string? Trim(string text) => text.Trim(' ', '\0') is { Length: > 0 } trimmed ? trimmed : null;

    private static byte[]? Bytes(DataSet set, ushort group, ushort element)
    {
        using var tag = new Tag(group, element);
        if (!set.FindDataElement(tag))
        {
            return null;
        }

        using var found = set.GetDataElement(tag);
        using var value = found.GetByteValue();
        if (value is null)
        {
            return null;
        }

        using var length = value.GetLength();
        var bytes = new byte[Math.Min(length.GetValueLength(), MaxValueBytes + 1)];
        return bytes.Length is > 0 and <= MaxValueBytes && value.GetBuffer(bytes, (uint)bytes.Length) ? bytes : null;
    }
}
