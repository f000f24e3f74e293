using System.Text.Json;
using Scanlock.Testing;

namespace Scanlock.Audit.Tests;

/// <summary>What Reference/tlog.py wrote with hashlib and PyNaCl.</summary>
internal static class Vectors
{
    private static readonly JsonElement s_root = JsonDocument.Parse(File.ReadAllBytes(Repository.Vector("audit", "tlog.json"))).RootElement;

    public static IReadOnlyList<byte[]> Inputs { get; } = Hex("inputs");
    public static IReadOnlyList<byte[]> Leaves { get; } = Hex("leaves");
    public static IReadOnlyList<byte[]> Roots { get; } = Hex("roots");

    public static string Text(string name) => s_root.GetProperty(name).GetString()!;

    public static long Number(string name) => s_root.GetProperty(name).GetInt64();

    public static IEnumerable<(int A, int B, List<TreeHash> Proof)> Proofs(string name, string a, string b) =>
        s_root.GetProperty(name).EnumerateArray().Select(p => (
            p.GetProperty(a).GetInt32(),
            p.GetProperty(b).GetInt32(),
            p.GetProperty("proof").EnumerateArray().Select(h => TreeHash.FromBytes(Convert.FromHexString(h.GetString()!))).ToList()));

    private static IReadOnlyList<byte[]> Hex(string name) =>
        [.. s_root.GetProperty(name).EnumerateArray().Select(h => Convert.FromHexString(h.GetString()!))];
}
