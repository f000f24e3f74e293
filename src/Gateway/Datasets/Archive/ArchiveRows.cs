namespace Scanlock.Gateway.Datasets.Archive;

/// <summary>An object's rendition, de-identified and encrypted, in the blob store. It is kept apart while its samples are, and goes with them.</summary>
public sealed class RenditionRow
{
    public required string Dataset { get; init; }

    /// <summary>A keyed hash of the object's bytes, which is also the key of its first sample.</summary>
    public required string ObjectKey { get; init; }

    /// <summary>Its file in the blob store.</summary>
    public required string Blob { get; init; }

    /// <summary>Bytes of what is encrypted.</summary>
    public required long PlaintextBytes { get; init; }

    /// <summary>SHA-256 of the encrypted file in the blob store.</summary>
    public required string Ciphertext { get; init; }
    public required long CiphertextBytes { get; init; }
}

/// <summary>Which object lies in which part of the archive; how a later version knows the parts it can share.</summary>
public sealed class ArchivedObjectRow
{
    public required string Dataset { get; init; }
    public required string Part { get; init; }
    public required string ObjectKey { get; init; }
}
