using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Scanlock.Intake.Deidentification;

/// <summary>
/// What takes the place of identifiers: keyed hashes (HMAC-SHA256), so the same within a dataset, and not to be matched across datasets or
/// undone without the key.
/// </summary>
internal sealed class Pseudonyms(byte[] key)
{
    private const int HexDigits = 16;
    private const int LeastDays = 365;
    private const int MostDays = 10 * 365;

    private const string StandardRoot = "1.2.840.10008.";

    // Only those it registers: below its root there are also instances of writers without a root of their own.
    private static readonly HashSet<string> Standard = EmbeddedList.Read("uids.txt").Select(uid => StandardRoot + uid).ToHashSet(StringComparer.Ordinal);

    /// <summary>The pseudonym of a patient: a p and 16 hexadecimal digits.</summary>
    internal string Patient(string identifier) => "p" + Convert.ToHexStringLower(Hash("pseudonym:patient", identifier))[..HexDigits];

    /// <summary>How many days a patient's dates lie earlier: one to ten years.</summary>
    internal int Days(string patient) =>
        LeastDays + (int)(BinaryPrimitives.ReadUInt64LittleEndian(Hash("days", patient)) % (MostDays - LeastDays + 1));

    /// <summary>
    /// Another UID for one that names an instance: under 2.25, the arc of UUIDs (ITU-T X.667), from a UUID of version 8 (RFC 9562), which is
    /// free to be a hash. The standard's own stay. What is no UID, such as a bare UUID, becomes one.
    /// </summary>
    internal string Uid(string original)
    {
        if (IsStandard(original))
        {
            return original;
        }

        var uuid = Hash("uid", original).AsSpan(0, 16);
        uuid[6] = (byte)((uuid[6] & 0x0f) | 0x80);
        uuid[8] = (byte)((uuid[8] & 0x3f) | 0x80);
        return $"2.25.{new BigInteger(uuid, isUnsigned: true, isBigEndian: true)}";
    }

    /// <summary>Whether it is the standard's own: a class, an encoding, a coding scheme, a well-known instance or frame of reference.</summary>
    internal static bool IsStandard(string uid) => Standard.Contains(uid);

    private byte[] Hash(string purpose, string value) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{purpose}\0{value}"));
}
