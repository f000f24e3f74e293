using System.Numerics;

namespace Scanlock.Audit;

/// <summary>Checks RFC 6962 proofs with the algorithms of RFC 9162, sections 2.1.3.2 and 2.1.4.2. Pure; needs no log.</summary>
public static class Proofs
{
    /// <summary>More hashes than a proof over any tree of fewer than 2^63 entries has.</summary>
    public const int MaxHashes = 128;

    /// <summary>Whether the tree of that size and root holds <paramref name="leaf"/> at <paramref name="index"/>.</summary>
    public static bool Includes(long index, TreeHash leaf, long size, TreeHash root, IReadOnlyList<TreeHash> proof)
    {
        if (index < 0 || index >= size)
        {
            return false;
        }

        var (node, last, hash) = (index, size - 1, leaf);
        foreach (var sibling in proof)
        {
            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                hash = TreeHash.OfNode(sibling, hash);
                SkipLevelsWithoutSibling(ref node, ref last);
            }
            else
            {
                hash = TreeHash.OfNode(hash, sibling);
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && hash == root;
    }

    /// <summary>Whether the tree of the second size and root begins with all entries of the first.</summary>
    public static bool AreConsistent(long size1, TreeHash root1, long size2, TreeHash root2, IReadOnlyList<TreeHash> proof)
    {
        if (size1 < 0 || size1 > size2)
        {
            return false;
        }

        if (size1 == size2)
        {
            return proof.Count == 0 && root1 == root2;
        }

        if (size1 == 0)
        {
            return proof.Count == 0 && root1 == TreeHash.EmptyRoot;
        }

        // A first tree that is one perfect subtree is its own first hash, and proofs leave it out.
        IEnumerable<TreeHash> path = BitOperations.IsPow2(size1) ? [root1, .. proof] : proof;
        var (node, last) = (size1 - 1, size2 - 1);
        while ((node & 1) == 1)
        {
            (node, last) = (node >> 1, last >> 1);
        }

        (TreeHash First, TreeHash Second)? roots = null;
        foreach (var hash in path)
        {
            if (roots is not var (first, second))
            {
                roots = (hash, hash);
                continue;
            }

            if (last == 0)
            {
                return false;
            }

            if ((node & 1) == 1 || node == last)
            {
                roots = (TreeHash.OfNode(hash, first), TreeHash.OfNode(hash, second));
                SkipLevelsWithoutSibling(ref node, ref last);
            }
            else
            {
                roots = (first, TreeHash.OfNode(second, hash));
            }

            (node, last) = (node >> 1, last >> 1);
        }

        return last == 0 && roots == (root1, root2);
    }

    private static void SkipLevelsWithoutSibling(ref long node, ref long last)
    {
        while ((node & 1) == 0 && node != 0)
        {
            (node, last) = (node >> 1, last >> 1);
        }
    }
}
