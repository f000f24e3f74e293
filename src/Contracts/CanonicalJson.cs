using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Scanlock.Contracts;

/// <summary>
/// The JSON Canonicalization Scheme (RFC 8785): one byte sequence per value, so that a digest or a signature means the value.
/// Members are sorted by UTF-16 code units, numbers are written as ECMAScript writes them, strings escape only what they must.
/// </summary>
public static class CanonicalJson
{
    public static byte[] Serialize<T>(T value, JsonTypeInfo<T> type) => Serialize(JsonSerializer.SerializeToElement(value, type));

    /// <exception cref="FormatException">A number that a double does not hold, a lone surrogate, or a member named twice.</exception>
    public static byte[] Serialize(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Write(value, buffer);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(JsonElement value, ArrayBufferWriter<byte> output)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteObject(value, output);
                break;
            case JsonValueKind.Array:
                WriteArray(value, output);
                break;
            case JsonValueKind.String:
                WriteString(value.GetString()!, output);
                break;
            case JsonValueKind.Number:
                Append(output, FormatNumber(value.GetDouble()));
                break;
            case JsonValueKind.True:
                Append(output, "true");
                break;
            case JsonValueKind.False:
                Append(output, "false");
                break;
            case JsonValueKind.Null:
                Append(output, "null");
                break;
            default:
                throw new FormatException("A JSON value is missing.");
        }
    }

    private static void WriteObject(JsonElement value, ArrayBufferWriter<byte> output)
    {
        Append(output, "{");
        string? previous = null;
        foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
        {
            if (previous == member.Name)
            {
                throw new FormatException($"The member '{member.Name}' stands twice in one object.");
            }

            if (previous is not null)
            {
                Append(output, ",");
            }

            WriteString(member.Name, output);
            Append(output, ":");
            Write(member.Value, output);
            previous = member.Name;
        }

        Append(output, "}");
    }

    private static void WriteArray(JsonElement value, ArrayBufferWriter<byte> output)
    {
        Append(output, "[");
        var first = true;
        foreach (var item in value.EnumerateArray())
        {
            if (!first)
            {
                Append(output, ",");
            }

            Write(item, output);
            first = false;
        }

        Append(output, "]");
    }

    private static void WriteString(string text, ArrayBufferWriter<byte> output)
    {
        var escaped = new StringBuilder(text.Length + 2).Append('"');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (char.IsSurrogate(c) && !(i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]))
                && !(i > 0 && char.IsSurrogatePair(text[i - 1], c)))
            {
                throw new FormatException("A string holds half a surrogate pair.");
            }

            _ = c switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append("\\\\"),
                '\b' => escaped.Append("\\b"),
                '\t' => escaped.Append("\\t"),
                '\n' => escaped.Append("\\n"),
                '\f' => escaped.Append("\\f"),
                '\r' => escaped.Append("\\r"),
                < ' ' => escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => escaped.Append(c),
            };
        }

        Append(output, escaped.Append('"').ToString());
    }

    /// <summary>ECMA-262 Number::toString, which RFC 8785 section 3.2.2.3 prescribes.</summary>
    public static string FormatNumber(double value)
    {
        if (!double.IsFinite(value))
        {
            throw new FormatException("JSON has no number that is not finite.");
        }

        if (value == 0)
        {
            return "0";
        }

        // "E16" would round; "R" gives the shortest digits that read back, as ECMAScript asks, only laid out otherwise.
        var shortest = Math.Abs(value).ToString("R", CultureInfo.InvariantCulture);
        var (digits, pointAt) = Digits(shortest);
        var sign = value < 0 ? "-" : "";
        if (pointAt is > 0 and <= 21)
        {
            return digits.Length <= pointAt
                ? sign + digits.PadRight(pointAt, '0')
                : $"{sign}{digits.AsSpan(0, pointAt)}.{digits.AsSpan(pointAt)}";
        }

        if (pointAt is > -6 and <= 0)
        {
            return $"{sign}0.{new string('0', -pointAt)}{digits}";
        }

        var exponent = pointAt - 1;
        var fraction = digits.Length > 1 ? "." + digits[1..] : "";
        return $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? "-" : "+")}{Math.Abs(exponent)}";
    }

    /// <summary>Significant digits without zeros at either end, and where the decimal point stands relative to their start.</summary>
    private static (string Digits, int PointAt) Digits(string number)
    {
        var exponent = 0;
        var e = number.IndexOf('E', StringComparison.Ordinal);
        if (e >= 0)
        {
            exponent = int.Parse(number.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            number = number[..e];
        }

        var point = number.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? number : number[..point];
        var digits = point < 0 ? number : whole + number[(point + 1)..];
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), whole.Length - leading + exponent);
    }

    private static void Append(ArrayBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);
}
