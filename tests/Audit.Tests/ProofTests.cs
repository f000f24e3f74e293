using FsCheck;
using FsCheck.Fluent;

namespace Scanlock.Audit.Tests;

[Trait("promise", "P8")]
public sealed class ProofTests
{
    private const int Most = 300;
    private static readonly List<byte[]> s_entries = [.. Enumerable.Range(0, Most).Select(i => Logs.Bytes(i))];
    private static readonly NaiveTree s_naive = new(s_entries);

    [Fact]
    public void Proofs_are_those_of_the_vectors_and_verify()
    {
        foreach (var (index, size, proof) in Vectors.Proofs("inclusion", "index", "size"))
        {
            Assert.True(Proofs.Includes(index, Hash(Vectors.Leaves[index]), size, Hash(Vectors.Roots[size]), proof));
        }

        foreach (var (from, to, proof) in Vectors.Proofs("consistency", "from", "to"))
        {
            Assert.True(Proofs.AreConsistent(from, Hash(Vectors.Roots[from]), to, Hash(Vectors.Roots[to]), proof));
        }
    }

    [Fact]
    public async Task Inclusion_proofs_of_all_entries_of_all_sizes_to_300_are_the_naive_ones_and_verify()
    {
        var maker = Maker(s_entries);
        for (var size = 1; size <= Most; size++)
        {
            var root = Hash(s_naive.Root(size));
            for (var index = 0; index < size; index++)
            {
                var proof = await maker.InclusionAsync(index, size);
                Assert.Equal(s_naive.Inclusion(index, size).Select(h => Hash(h)), proof);
                Assert.True(Proofs.Includes(index, TreeHash.OfLeaf(s_entries[index]), size, root, proof));
            }
        }
    }

    [Fact]
    public async Task Consistency_proofs_between_all_sizes_to_300_are_the_naive_ones_and_verify()
    {
        var maker = Maker(s_entries);
        for (var to = 0; to <= Most; to++)
        {
            for (var from = 0; from <= to; from++)
            {
                var proof = await maker.ConsistencyAsync(from, to);
                Assert.Equal(from == 0 ? [] : s_naive.Consistency(from, to).Select(h => Hash(h)), proof);
                Assert.True(Proofs.AreConsistent(from, Hash(s_naive.Root(from)), to, Hash(s_naive.Root(to)), proof));
            }
        }
    }

    [Fact]
    public void A_proof_verifies_for_nothing_but_what_it_was_made_for()
    {
        var cases = from size in Gen.Choose(1, Most)
                    from index in Gen.Choose(0, size - 1)
                    from otherIndex in Gen.Choose(0, size - 1)
                    from otherSize in Gen.Choose(1, Most)
                    from flipped in Gen.Choose(0, 20)
                    select (size, index, otherIndex, otherSize, flipped);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var leaf = TreeHash.OfLeaf(s_entries[c.index]);
            var proof = s_naive.Inclusion(c.index, c.size).ConvertAll(h => Hash(h));
            var root = Hash(s_naive.Root(c.size));
            var wrong = new List<bool>
            {
                c.otherIndex != c.index && Proofs.Includes(c.otherIndex, leaf, c.size, root, proof),
                c.otherSize != c.size && Proofs.Includes(c.index, leaf, c.otherSize, Hash(s_naive.Root(c.otherSize)), proof),
                Proofs.Includes(c.index, leaf, c.size, root, [.. proof, root]),
                Proofs.Includes(c.index, TreeHash.OfLeaf([1, 2, 3]), c.size, root, proof),
            };
            if (proof.Count > 0)
            {
                var at = c.flipped % proof.Count;
                wrong.Add(Proofs.Includes(c.index, leaf, c.size, root, [.. proof[..at], root, .. proof[(at + 1)..]]));
                wrong.Add(Proofs.Includes(c.index, leaf, c.size, root, proof[1..]));
            }

            return wrong.TrueForAll(w => !w);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_consistency_proof_verifies_for_no_other_history()
    {
        var cases = from to in Gen.Choose(2, Most)
                    from size in Gen.Choose(1, to - 1)
                    from changed in Gen.Choose(0, size - 1)
                    select (size, to, changed);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var proof = s_naive.Consistency(c.size, c.to).ConvertAll(h => Hash(h));
            var (first, second) = (Hash(s_naive.Root(c.size)), Hash(s_naive.Root(c.to)));
            var forked = new List<byte[]>(s_entries) { [c.changed] = [9, 9] };
            var forkedRoot = Hash(new NaiveTree(forked).Root(c.size));
            return !Proofs.AreConsistent(c.size, forkedRoot, c.to, second, proof)
                && !Proofs.AreConsistent(c.size, first, c.to, first, proof)
                && !Proofs.AreConsistent(c.size, first, c.to, second, [.. proof, first])
                && !Proofs.AreConsistent(c.to, second, c.size, first, proof);
        }).QuickCheckThrowOnFailure();
    }

    private static ProofMaker Maker(List<byte[]> entries)
    {
        var leaves = entries.ConvertAll(e => TreeHash.OfLeaf(e));
        var known = new Dictionary<(int, long), TreeHash>();
        return new ProofMaker((height, index) =>
        {
            if (!known.TryGetValue((height, index), out var root))
            {
                known[(height, index)] = root = TreeBuilder.PerfectRoot(leaves, (int)(index << height), 1 << height);
            }

            return ValueTask.FromResult(root);
        });
    }

    private static TreeHash Hash(byte[] bytes) => TreeHash.FromBytes(bytes);
}
