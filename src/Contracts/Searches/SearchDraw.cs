using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Scanlock.Contracts.Searches;

/// <summary>Random numbers that are the same on every machine and in every version, whatever else is drawn.</summary>
internal static class SearchDraw
{
    private const int MantissaBits = 53;

    /// <summary>A number of [0, 1): the first 53 bits of SHA-256 over the seed, the draw (both 8 bytes, big-endian) and the path.</summary>
    public static double Uniform(long seed, int draw, string path)
    {
        var text = Encoding.UTF8.GetBytes(path);
        var input = new byte[16 + text.Length];
        BinaryPrimitives.WriteInt64BigEndian(input, seed);
        BinaryPrimitives.WriteInt64BigEndian(input.AsSpan(8), draw);
        text.CopyTo(input, 16);
        return (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(input)) >> (64 - MantissaBits)) * Math.ScaleB(1, -MantissaBits);
    }
}
