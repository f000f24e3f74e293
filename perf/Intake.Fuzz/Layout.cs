using System.Buffers.Binary;

namespace Scanlock.Intake.Fuzz;

/// <summary>Where an element's parts lie in a file, as far as it keeps to explicit or implicit little endian.</summary>
/// <param name="Tag">Its first byte.</param>
/// <param name="Vr">Its VR, or -1 where there is none.</param>
/// <param name="Length">Its length's first byte.</param>
/// <param name="LengthBytes">2 or 4.</param>
/// <param name="Value">Its value's first byte.</param>
/// <param name="End">Behind its value; of an undefined length, behind the head.</param>
internal sealed record Place(int Tag, int Vr, int Length, int LengthBytes, int Value, int End);

/// <summary>Finds elements, also inside sequences and fragments, by reading on from head to head; what makes no sense ends it.</summary>
internal static class Layout
{
    private const int MetaStart = 132;
    private const int MaxPlaces = 4000;
    private static readonly HashSet<string> s_long = new(StringComparer.Ordinal) { "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV" };

    internal static List<Place> Of(byte[] file)
    {
        var places = new List<Place>();
        for (var at = file.Length > MetaStart && file.AsSpan(128, 4).SequenceEqual("DICM"u8) ? MetaStart : 0; at + 8 <= file.Length && places.Count < MaxPlaces;)
        {
            var place = At(file, at);
            if (place.Value > file.Length)
            {
                break;
            }

            places.Add(place);
            at = place.End;
        }

        return places;
    }

    private static Place At(byte[] file, int at)
    {
        var group = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at));
        var hasVr = group != 0xfffe && char.IsAsciiLetterUpper((char)file[at + 4]) && char.IsAsciiLetterUpper((char)file[at + 5]);
        var vr = hasVr ? $"{(char)file[at + 4]}{(char)file[at + 5]}" : "";
        var (length, bytes) = hasVr ? s_long.Contains(vr) ? (at + 8, 4) : (at + 6, 2) : (at + 4, 4);
        var value = length + bytes;
        var count = value > file.Length ? 0 : bytes == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(length)) : BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(length));

        // Into sequences and items; over everything else.
        var isEntered = count == uint.MaxValue || vr == "SQ" || (group == 0xfffe && file.Length - value > 8 && file[value] != 0xff && file[value + 1] == 0 && count > 16);
        return new Place(at, hasVr ? at + 4 : -1, length, bytes, value, isEntered ? value : (int)Math.Min(file.Length, value + count));
    }
}
