using Scanlock.Contracts;

namespace Scanlock.Trainer.Preparing;

/// <summary>What lies in a prepared folder.</summary>
/// <param name="V">Version of this format.</param>
/// <param name="Digest">Of <paramref name="Input"/>; the folder's name.</param>
/// <param name="Bytes">Length of the file with the samples.</param>
/// <param name="Dropped">Keys of the slices that no sample was made of.</param>
internal sealed record PreparedIndex(
    int V,
    Sha256Digest Digest,
    PreparationInput Input,
    long Bytes,
    IReadOnlyList<PreparedItem> Items,
    IReadOnlyList<string> Dropped,
    PreparationReport Report)
{
    internal const int Version = 2;

    /// <summary>Why this cannot be the index of that preparation, or null.</summary>
    internal string? Fault(Sha256Digest digest, ItemLayout layout, long bytes)
    {
        if (V != Version || Digest != digest)
        {
            return "its index is of another preparation";
        }

        // What a list holds is not held to its type when it is read.
        if (Items.Any(i => i is null) || Dropped.Any(key => key is null))
        {
            return "its index lacks a sample";
        }

        return bytes == Bytes && Items.All(i => i.Offset >= 0 && i.Offset + layout.Bytes(i.Marked is not null, i.HasLung) <= bytes)
            ? null
            : $"it holds {bytes} bytes of samples where its index asks for {Bytes}";
    }
}
