using System.Buffers.Binary;
using System.Text;

namespace Scanlock.Intake.Fuzz;

/// <summary>Changes objects where their structure is: tags, VRs, lengths, nesting, order, fragments, transfer syntaxes, values, codec bytes.</summary>
internal sealed class Mutation(Random random)
{
    private const int LargestFile = 2 << 20;

    private static readonly uint[] s_tags =
    [
        0x00020000, 0x00020010, 0x00080005, 0x00080016, 0x00080018, 0x00080060, 0x00081140, 0x00100010, 0x00100020, 0x0020000d, 0x00280002, 0x00280004, 0x00280008,
        0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280103, 0x00281052, 0x00281053, 0x00281101, 0x00281201, 0x00283000, 0x00283002, 0x52009229, 0x52009230,
        0x60003000, 0x7fe00001, 0x7fe00002, 0x7fe00008, 0x7fe00010, 0xfffcfffc, 0xfffee000, 0xfffee00d, 0xfffee0dd, 0x00091001, 0x00000000, 0xffffffff,
    ];

    private static readonly string[] s_vrs =
        ["AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV", "OW", "PN", "SH", "SL", "SQ", "SS", "ST", "SV", "TM", "UC", "UI", "UL", "UN", "UR", "US", "UT", "UV", "ZZ", "\0\0"];

    private static readonly string[] s_syntaxes =
    [
        "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51",
        "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81", "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91", "1.2.840.10008.1.2.4.100", "",
    ];

    private static readonly string[] s_texts =
        ["0", "-1", "1", "4096", "20000", "2147483647", "-2147483648", "99999999999999999999", "1e308", "NaN", "-0", "1\\2\\3\\4\\5\\6\\7", "\\\\\\", "\u001b$B\u001b(J", "ISO 2022 IR 87\\ISO 2022 IR 159", "20250230", "9999Y", "RGB", "PALETTE COLOR", "YES", "1.2.3..4", "^^^^", "%s%n"];

    /// <param name="file">What is changed; left as it is.</param>
    /// <param name="other">Where parts may be taken from.</param>
    internal byte[] Of(byte[] file, byte[] other)
    {
        var changed = file;
        for (var change = random.Next(1, 6); change > 0; change--)
        {
            changed = Change(changed, other);
        }

        return changed.Length > LargestFile ? changed[..LargestFile] : changed;
    }

    private byte[] Change(byte[] file, byte[] other)
    {
        var places = Layout.Of(file);
        if (places.Count == 0)
        {
            return Bytes(file);
        }

        var place = places[random.Next(places.Count)];
        return random.Next(12) switch
        {
            0 => With(file, place.Tag, Little((random.Next(2) == 0 ? s_tags[random.Next(s_tags.Length)] : (uint)random.NextInt64(1L << 32)) is var tag ? (tag << 16) | (tag >> 16) : 0)),
            1 when place.Vr >= 0 => With(file, place.Vr, Encoding.ASCII.GetBytes(s_vrs[random.Next(s_vrs.Length)])),
            2 or 3 => With(file, place.Length, Little(Length(file, place))[..place.LengthBytes]),
            4 => With(file, place.Value, Value(place)),
            5 => [.. file[..place.Tag], .. file[place.End..]],
            6 => [.. file[..place.End], .. file[place.Tag..]],
            7 => Nested(file, place),
            8 => Syntax(file),
            9 => Spliced(file, place, other),
            10 => Tail(file),
            _ => Bytes(file),
        };
    }

    private uint Length(byte[] file, Place place)
    {
        var length = place.LengthBytes == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(place.Length)) : BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(place.Length));
        return random.Next(8) switch
        {
            0 => 0,
            1 => uint.MaxValue,
            2 => 0xfffffffe,
            3 => 0x7fffffff,
            4 => length + 1,
            5 => length - 2,
            6 => length * 2,
            _ => (uint)random.Next(1 << random.Next(1, 24)),
        };
    }

    private byte[] Value(Place place)
    {
        if (random.Next(2) == 0)
        {
            return Encoding.Latin1.GetBytes(s_texts[random.Next(s_texts.Length)].PadRight(Math.Min(64, place.End - place.Value)));
        }

        var bytes = new byte[Math.Min(64, Math.Max(0, place.End - place.Value))];
        random.NextBytes(bytes);
        return random.Next(3) == 0 ? [.. bytes.Select(_ => (byte)0xff)] : bytes;
    }

    private byte[] Nested(byte[] file, Place place)
    {
        byte[] open = [0x08, 0x00, 0x40, 0x11, (byte)'S', (byte)'Q', 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff];
        byte[] close = [0xfe, 0xff, 0x0d, 0xe0, 0, 0, 0, 0, 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0];
        var depth = random.Next(4) == 0 ? random.Next(1, 200) : random.Next(1, 4);
        var closed = random.Next(4) == 0 ? random.Next(depth) : depth;
        return
        [
            .. file[..place.Tag], .. Enumerable.Repeat(open, depth).SelectMany(part => part), .. file[place.Tag..place.End],
            .. Enumerable.Repeat(close, closed).SelectMany(part => part), .. file[place.End..],
        ];
    }

    /// <summary>Another transfer syntax, and the data set as it is.</summary>
    private byte[] Syntax(byte[] file)
    {
        var meta = Layout.Of(file).FirstOrDefault(place => file.AsSpan(place.Tag, 4).SequenceEqual<byte>([0x02, 0x00, 0x10, 0x00]));
        var text = s_syntaxes[random.Next(s_syntaxes.Length)];
        var value = Encoding.ASCII.GetBytes(text.Length % 2 == 0 ? text : text + "\0");
        return meta is not { Vr: > 0 } ? file : [.. file[..meta.Length], (byte)value.Length, 0, .. value, .. file[meta.End..]];
    }

    private byte[] Spliced(byte[] file, Place place, byte[] other)
    {
        var places = Layout.Of(other);
        if (places.Count == 0)
        {
            return file;
        }

        var taken = places[random.Next(places.Count)];
        return [.. file[..place.Tag], .. other[taken.Tag..taken.End], .. file[place.Tag..]];
    }

    private byte[] Tail(byte[] file) => random.Next(3) switch
    {
        0 => file[..random.Next(1, file.Length + 1)],
        1 => [.. file, .. file[^Math.Min(file.Length, random.Next(1, 2000))..]],
        _ => Bytes(file, Math.Max(0, file.Length - random.Next(1, 4000))),
    };

    private byte[] Bytes(byte[] file, int from = 0)
    {
        var changed = (byte[])file.Clone();
        for (var count = random.Next(1, 16); count > 0 && from < changed.Length; count--)
        {
            changed[random.Next(from, changed.Length)] = random.Next(3) == 0 ? (byte)0xff : (byte)random.Next(256);
        }

        return changed;
    }

    private static byte[] With(byte[] file, int at, byte[] bytes)
    {
        var changed = (byte[])file.Clone();
        bytes.AsSpan(0, Math.Min(bytes.Length, changed.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Little(uint value)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
