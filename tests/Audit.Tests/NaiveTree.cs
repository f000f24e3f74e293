using System.Security.Cryptography;

namespace Scanlock.Audit.Tests;

/// <summary>RFC 6962, section 2.1, word for word: slow, and sharing nothing with the code under test.</summary>
internal sealed class NaiveTree(IReadOnlyList<byte[]> leaves)
{
    private readonly Dictionary<(int From, int To), byte[]> _roots = [];

    public static byte[] Leaf(byte[] entry) => SHA256.HashData([0, .. entry]);

    public byte[] Root(int size) => size == 0 ? SHA256.HashData([]) : Root(0, size);

    public List<byte[]> Inclusion(int index, int size) => Inclusion(index, 0, size);

    public List<byte[]> Consistency(int from, int to) => Consistency(from, 0, to, true);

    private List<byte[]> Inclusion(int m, int from, int to)
    {
        var k = Split(to - from);
        return to - from == 1 ? []
            : m < k ? [.. Inclusion(m, from, from + k), Root(from + k, to)]
            : [.. Inclusion(m - k, from + k, to), Root(from, from + k)];
    }

    private List<byte[]> Consistency(int m, int from, int to, bool whole)
    {
        var k = Split(to - from);
        return m == to - from ? whole ? [] : [Root(from, to)]
            : m <= k ? [.. Consistency(m, from, from + k, whole), Root(from + k, to)]
            : [.. Consistency(m - k, from + k, to, false), Root(from, from + k)];
    }

    private byte[] Root(int from, int to)
    {
        if (_roots.TryGetValue((from, to), out var known))
        {
            return known;
        }

        var k = Split(to - from);
        return _roots[(from, to)] = to - from == 1
            ? Leaf(leaves[from])
            : SHA256.HashData([1, .. Root(from, from + k), .. Root(from + k, to)]);
    }

    private static int Split(int count)
    {
        var k = 1;
        while (2 * k < count)
        {
            k *= 2;
        }

        return k;
    }
}
