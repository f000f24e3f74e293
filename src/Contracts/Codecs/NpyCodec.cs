using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Scanlock.Contracts.Codecs;

/// <summary>Element types that shards hold.</summary>
public enum NpyElement
{
    /// <summary>Hounsfield units, int16.</summary>
    Hounsfield,

    /// <summary>Masks, uint8.</summary>
    Mask,
}

/// <summary>A two-dimensional image, row by row.</summary>
/// <param name="Data">Little-endian elements, <c>Rows * Columns</c> of them.</param>
public sealed record NpyImage(NpyElement Element, int Rows, int Columns, ReadOnlyMemory<byte> Data)
{
    public static int SizeOf(NpyElement element) => element switch
    {
        NpyElement.Hounsfield => 2,
        NpyElement.Mask => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(element)),
    };
}

/// <summary>
/// NumPy's array files (NEP 1), as far as shards need them: version 1.0, two dimensions, C order. The reader takes exactly what
/// NumPy and <see cref="Encode"/> write; any other spelling of the header is refused rather than guessed at.
/// </summary>
public static partial class NpyCodec
{
    /// <summary>Most rows or columns; CT matrices end at 2048.</summary>
    public const int MaxSide = 4096;

    /// <summary>Most bytes of a file.</summary>
    public const int MaxBytes = 64 + (MaxSide * MaxSide * 2) + 1024;

    private const int PreambleBytes = 10;
    private const int Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    public static byte[] Encode(NpyImage image)
    {
        if (image.Data.Length != Expected(image.Element, image.Rows, image.Columns))
        {
            throw new ArgumentException($"{image.Rows} x {image.Columns} elements of {image.Element} do not fit {image.Data.Length} bytes", nameof(image));
        }

        return [.. EncodeHeader(image.Element, image.Rows, image.Columns), .. image.Data.Span];
    }

    /// <summary>What stands before an image's elements in its file.</summary>
    public static byte[] EncodeHeader(NpyElement element, int rows, int columns)
    {
        if (rows is < 1 or > MaxSide || columns is < 1 or > MaxSide)
        {
            throw new ArgumentException($"{rows} x {columns} elements are not 1 to {MaxSide} a side", nameof(rows));
        }

        var text = $"{{'descr': '{Name(element)}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}";
        var header = new byte[(PreambleBytes + text.Length + 1 + Alignment - 1) / Alignment * Alignment];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(Magic.Length), (ushort)(header.Length - PreambleBytes));
        header.AsSpan(PreambleBytes).Fill((byte)' ');
        Encoding.ASCII.GetBytes(text, header.AsSpan(PreambleBytes));
        header[^1] = (byte)'\n';
        return header;
    }

    /// <summary>Reads a whole file; the image shares its memory.</summary>
    /// <exception cref="WireFormatException">It is not exactly such a file.</exception>
    public static NpyImage Decode(ReadOnlyMemory<byte> file)
    {
        var span = file.Span;
        if (span.Length < PreambleBytes || !span.StartsWith(Magic))
        {
            throw new WireFormatException("Not an npy file of version 1.0.");
        }

        var headerEnd = PreambleBytes + BinaryPrimitives.ReadUInt16LittleEndian(span[Magic.Length..]);
        if (headerEnd > span.Length)
        {
            throw new WireFormatException("The npy file ends inside its header.");
        }

        var match = Header().Match(Encoding.Latin1.GetString(span[PreambleBytes..headerEnd]));
        if (!match.Success)
        {
            throw new WireFormatException(
                "The npy header is not that of a two-dimensional array of int16 or uint8, little-endian, in C order.");
        }

        var element = match.Groups["type"].ValueSpan is "<i2" ? NpyElement.Hounsfield : NpyElement.Mask;
        var (rows, columns) = (int.Parse(match.Groups["rows"].ValueSpan), int.Parse(match.Groups["columns"].ValueSpan));
        if (rows > MaxSide || columns > MaxSide)
        {
            throw new WireFormatException($"The npy array is {rows} x {columns}; at most {MaxSide} a side are read.");
        }

        var (held, asked) = (span.Length - headerEnd, Expected(element, rows, columns));
        return held == asked
            ? new NpyImage(element, rows, columns, file[headerEnd..])
            : throw new WireFormatException($"The npy file holds {held} bytes of data where its shape asks for {asked}.");
    }

    private static int Expected(NpyElement element, int rows, int columns) => checked(rows * columns * NpyImage.SizeOf(element));

    private static string Name(NpyElement element) => element == NpyElement.Hounsfield ? "<i2" : "|u1";

    [GeneratedRegex(
        @"\A\{'descr': '(?<type><i2|\|u1)', 'fortran_order': False, 'shape': \((?<rows>[1-9][0-9]{0,4}), (?<columns>[1-9][0-9]{0,4})\), \} *\n\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();
}
