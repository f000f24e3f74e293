namespace Scanlock.Gateway.Datasets.Masks;

/// <summary>
/// One slice's mask, or a part of it, that is held, encrypted, in the blob store. It comes before or after what it marks; which sample that is is
/// decided at the sealing (<see cref="MaskMatching"/>).
/// </summary>
public sealed class MaskRow
{
    public required string Dataset { get; init; }

    /// <summary>A keyed hash of the object's bytes; of a volume's mask, and of the volume's.</summary>
    public required string ObjectKey { get; init; }

    /// <summary>Its number in the object, from 0.</summary>
    public required int Number { get; init; }
    public required string Upload { get; init; }
    public required int Ordinal { get; init; }

    /// <summary>Its file in the blob store, among the samples'.</summary>
    public required string Blob { get; init; }

    /// <summary>The image it is of, hashed as samples' are; null where the place tells.</summary>
    public string? SopHash { get; init; }

    /// <summary>The frame of that image, from 0; null where all are meant.</summary>
    public int? Frame { get; init; }

    /// <summary>The series it is of, hashed likewise; null where the object did not say.</summary>
    public string? SeriesHash { get; init; }

    /// <summary>The object key of the NIfTI volume it is of.</summary>
    public string? Volume { get; init; }

    /// <summary><c>MaskFacts</c> as JSON.</summary>
    public required string Facts { get; init; }

    /// <summary>Bytes of what is encrypted.</summary>
    public required long PlaintextBytes { get; init; }

    /// <summary>SHA-256 of the encrypted file in the blob store.</summary>
    public required string Ciphertext { get; init; }
    public required long CiphertextBytes { get; init; }
    public required DateTimeOffset StoredAt { get; init; }
}
