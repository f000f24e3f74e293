using System.Numerics;

namespace Scanlock.Audit;

/// <summary>Makes RFC 6962 proofs for a tree of a given size, asking for the roots of perfect subtrees only.</summary>
/// <param name="subtree">The root of the perfect subtree of <c>2^height</c> leaves that begins at leaf <c>index * 2^height</c>.</param>
internal sealed class ProofMaker(Func<int, long, ValueTask<TreeHash>> subtree)
{
    /// <summary>PATH(index, D[size]) of RFC 6962, section 2.1.1: from the leaf's sibling up.</summary>
    public async ValueTask<IReadOnlyList<TreeHash>> InclusionAsync(long index, long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new List<TreeHash>();
        var (from, to) = (0L, size);
        while (to - from > 1)
        {
            var middle = from + LeftPart(to - from);
            if (index < middle)
            {
                proof.Add(await RangeAsync(middle, to));
                to = middle;
            }
            else
            {
                proof.Add(await RangeAsync(from, middle));
                from = middle;
            }
        }

        proof.Reverse();
        return proof;
    }

    /// <summary>PROOF(size1, D[size2]) of RFC 6962, section 2.1.2.</summary>
    public async ValueTask<IReadOnlyList<TreeHash>> ConsistencyAsync(long size1, long size2)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size1, size2);
        var proof = new List<TreeHash>();
        if (size1 == 0)
        {
            return proof;
        }

        var (from, to) = (0L, size2);
        while (size1 < to)
        {
            var middle = from + LeftPart(to - from);
            if (size1 <= middle)
            {
                proof.Add(await RangeAsync(middle, to));
                to = middle;
            }
            else
            {
                proof.Add(await RangeAsync(from, middle));
                from = middle;
            }
        }

        // The subtree that ends the first tree is left out where it is that whole tree: who checks has its root.
        if (from > 0)
        {
            proof.Add(await RangeAsync(from, to));
        }

        proof.Reverse();
        return proof;
    }

    private async ValueTask<TreeHash> RangeAsync(long from, long to)
    {
        var count = to - from;
        if (BitOperations.IsPow2(count))
        {
            var height = BitOperations.Log2((ulong)count);
            return await subtree(height, from >> height);
        }

        var middle = from + LeftPart(count);
        return TreeHash.OfNode(await RangeAsync(from, middle), await RangeAsync(middle, to));
    }

    // The largest power of two smaller than count: where RFC 6962 splits a tree.
    private static long LeftPart(long count) => 1L << BitOperations.Log2((ulong)(count - 1));
}
