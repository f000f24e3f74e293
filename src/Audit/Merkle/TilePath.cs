using System.Globalization;

namespace Scanlock.Audit;

/// <summary>Where C2SP tlog-tiles puts things: <c>tile/L/N[.p/W]</c> and <c>tile/entries/N[.p/W]</c>.</summary>
public static class TilePath
{
    /// <summary>Levels of the tree that one tile spans.</summary>
    public const int Height = 8;

    /// <summary>Hashes in a full tile, entries in a full bundle.</summary>
    public const int Width = 1 << Height;

    public const string Checkpoint = "checkpoint";

    /// <summary>A file beside the checkpoint with the log's verifier key; a convenience, never evidence.</summary>
    public const string VerifierKey = "log.vkey";

    internal const string Entries = "tile/entries/";

    public static string OfTile(int level, long index, int width) => $"tile/{level}/{Number(index)}{Partial(width)}";

    public static string OfEntries(long index, int width) => $"{Entries}{Number(index)}{Partial(width)}";

    /// <summary>Hashes in tile <paramref name="index"/> of a level for a tree of that size: 256, fewer at the right edge, or none.</summary>
    public static int WidthAt(int level, long index, long treeSize)
    {
        var hashes = level * Height >= 63 ? 0 : treeSize >> (level * Height);
        return (int)Math.Clamp(hashes - (index * Width), 0, Width);
    }

    /// <summary>Full tiles of a level; the number of the partial one after them, where there is one.</summary>
    public static long FullTiles(int level, long treeSize) => (level + 1) * Height >= 63 ? 0 : treeSize >> ((level + 1) * Height);

    private static string Partial(int width) => width == Width ? "" : string.Create(CultureInfo.InvariantCulture, $".p/{width}");

    // Groups of three digits, all but the last behind an x, so that no name is both a file and a folder.
    private static string Number(long index)
    {
        var text = (index % 1000).ToString("D3", CultureInfo.InvariantCulture);
        for (var rest = index / 1000; rest > 0; rest /= 1000)
        {
            text = string.Create(CultureInfo.InvariantCulture, $"x{rest % 1000:D3}/{text}");
        }

        return text;
    }
}
