using FsCheck;
using FsCheck.Fluent;

namespace Scanlock.Audit.Tests;

[Trait("promise", "P8")]
public sealed class TreeTests
{
    [Fact]
    public void Leaves_and_roots_are_those_of_the_vectors()
    {
        Assert.Equal(Vectors.Leaves, Vectors.Inputs.Select(i => TreeHash.OfLeaf(i).ToArray()));
        var tree = new TreeBuilder();
        var roots = new List<byte[]> { tree.Root().ToArray() };
        foreach (var input in Vectors.Inputs)
        {
            tree.Append(TreeHash.OfLeaf(input));
            roots.Add(tree.Root().ToArray());
        }

        Assert.Equal(Vectors.Roots, roots);
    }

    [Fact]
    public void Roots_of_all_sizes_to_300_are_those_of_the_naive_tree()
    {
        var entries = Enumerable.Range(0, 300).Select(i => Logs.Bytes(i)).ToList();
        var naive = new NaiveTree(entries);
        var tree = new TreeBuilder();
        for (var size = 0; size <= 300; size++)
        {
            Assert.Equal(naive.Root(size), tree.Root().ToArray());
            if (size < 300)
            {
                tree.Append(TreeHash.OfLeaf(entries[size]));
            }
        }
    }

    [Theory]
    [InlineData(255), InlineData(256), InlineData(257), InlineData(511), InlineData(512), InlineData(4097)]
    [InlineData(65535), InlineData(65536), InlineData(65537), InlineData(65536 + 257)]
    public void Tiles_of_a_tree_hold_the_roots_of_the_subtrees_below_them(int size)
    {
        var entries = Enumerable.Range(0, size).Select(i => BitConverter.GetBytes(i)).ToList();
        var tree = new TreeBuilder();
        var tiles = new Dictionary<string, Tile>();
        entries.ForEach(e => tree.Append(TreeHash.OfLeaf(e), tile => tiles.Add(tile.Path, tile)));

        Assert.Equal(new NaiveTree(entries).Root(size), tree.Root().ToArray());
        var row = entries.ConvertAll(e => NaiveTree.Leaf(e));
        for (var level = 0; row.Count > 0; level++)
        {
            var full = row.Chunk(TilePath.Width).Where(c => c.Length == TilePath.Width).ToList();
            for (var i = 0; i < full.Count; i++)
            {
                Assert.True(tiles.Remove(TilePath.OfTile(level, i, TilePath.Width), out var tile));
                Assert.Equal(full[i], tile.Hashes.Select(h => h.ToArray()));
            }

            Assert.Equal(row.Skip(full.Count * TilePath.Width), tree.Edge(level).Select(h => h.ToArray()));
            row = full.ConvertAll(c => TreeBuilder.PerfectRoot([.. c.Select(h => TreeHash.FromBytes(h))], 0, c.Length).ToArray());
        }

        Assert.Empty(tiles);
    }

    [Fact]
    public void A_tree_restored_from_its_right_edge_grows_as_if_it_had_never_been_away()
    {
        Prop.ForAll(Gen.Choose(0, 70_000).Two().ToArbitrary(), pair =>
        {
            var (size, more) = (pair.Item1, pair.Item2 % 600);
            var whole = new TreeBuilder();
            Grow(whole, 0, size);
            var restored = TreeBuilder.FromEdge(size, [.. Enumerable.Range(0, whole.TileLevels).Select(l => whole.Edge(l).ToList())]);
            var sameNow = restored.Root() == whole.Root() && restored.Size == size;
            Grow(whole, size, more);
            Grow(restored, size, more);
            return sameNow && restored.Root() == whole.Root();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));
    }

    [Theory]
    [InlineData(0, "000"), InlineData(999, "999"), InlineData(1000, "x001/000"), InlineData(1234067, "x001/x234/067")]
    public void Tile_numbers_are_written_as_the_standard_says(long index, string written)
    {
        Assert.Equal($"tile/1/{written}", TilePath.OfTile(1, index, 256));
        Assert.Equal($"tile/entries/{written}.p/3", TilePath.OfEntries(index, 3));
    }

    [Fact]
    public void A_tree_of_70000_has_the_tiles_that_the_standard_names()
    {
        Assert.Equal((273, 112), (TilePath.FullTiles(0, 70_000), TilePath.WidthAt(0, 273, 70_000)));
        Assert.Equal((1, 17), (TilePath.FullTiles(1, 70_000), TilePath.WidthAt(1, 1, 70_000)));
        Assert.Equal((0, 1), (TilePath.FullTiles(2, 70_000), TilePath.WidthAt(2, 0, 70_000)));
        Assert.Equal(0, TilePath.WidthAt(3, 0, 70_000));
    }

    private static void Grow(TreeBuilder tree, int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            tree.Append(TreeHash.OfLeaf(BitConverter.GetBytes(i)));
        }
    }
}
