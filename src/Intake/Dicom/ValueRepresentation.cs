namespace Scanlock.Intake.Dicom;

/// <summary>Value representations: two capitals, and for some a longer length field (PS3.5 6.2, 7.1.2).</summary>
internal static class ValueRepresentation
{
    internal const string Sequence = "SQ";
    internal const string Unknown = "UN";

    private static readonly Dictionary<int, string> Names = new string[]
    {
        "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "OB", "OD", "OF", "OL", "OV", "OW", "PN", "SH", "SL", Sequence,
        "SS", "ST", "SV", "TM", "UC", "UI", "UL", Unknown, "UR", "US", "UT", "UV",
    }.ToDictionary(name => Key((byte)name[0], (byte)name[1]));

    /// <summary>The one that two bytes name; null where there is none of that name.</summary>
    internal static string? Of(byte first, byte second) => Names.GetValueOrDefault(Key(first, second));

    /// <summary>Whether two bytes could name one, be it of an edition to come.</summary>
    internal static bool IsPlausible(byte first, byte second) => first is >= (byte)'A' and <= (byte)'Z' && second is >= (byte)'A' and <= (byte)'Z';

    /// <summary>Whether its length field has 32 bits where it is named (PS3.5 table 7.1-1).</summary>
    internal static bool HasLongLength(string vr) =>
        vr is "OB" or "OD" or "OF" or "OL" or "OV" or "OW" or Sequence or "SV" or "UC" or Unknown or "UR" or "UT" or "UV";

    /// <summary>Bytes of the numbers a value is made of: these turn in big-endian objects, and its length is a multiple of them.</summary>
    internal static int Unit(string vr) => vr switch
    {
        "AT" or "OW" or "SS" or "US" => 2,
        "FL" or "OF" or "OL" or "SL" or "UL" => 4,
        "FD" or "OD" or "OV" or "SV" or "UV" => 8,
        _ => 1,
    };

    /// <summary>What makes a value's length even (PS3.5 6.2): a space for texts, nothing for the rest.</summary>
    internal static byte Padding(string vr) => vr is "UI" or "OB" or Unknown || Unit(vr) > 1 ? (byte)0 : (byte)' ';

    private static int Key(byte first, byte second) => (first << 8) | second;
}
