namespace Scanlock.Contracts.Datasets;

/// <summary>What a sealed dataset version consists of; signed by its gateway, never changed.</summary>
/// <param name="Gateway">The signing gateway's key id: names are resolved by (gateway, dataset), never by name alone.</param>
/// <param name="SampleSchema">Schema of the records in the shards, <see cref="SampleSchemaV1"/>.</param>
/// <param name="Labels">The label table: JSON lines of <see cref="LabelRow"/>, sealed like a shard.</param>
public sealed record DatasetManifest(
    int V,
    string Gateway,
    string Dataset,
    int Version,
    string SampleSchema,
    IReadOnlyList<ManifestPart> Shards,
    ManifestPart Labels,
    IReadOnlyList<string> LabelNames) : IVersioned
{
    public const string SampleSchemaV1 = "scanlock-sample-v1";

    /// <summary>Every part there is: the shards, then the label table.</summary>
    public IEnumerable<ManifestPart> Parts() => Shards.Append(Labels);
}

/// <summary>One Crypt4GH body (without its header) of a dataset version.</summary>
/// <param name="Id">Name within the dataset, such as <c>shard-00000</c> or <c>labels-1</c>.</param>
/// <param name="Ciphertext">SHA-256 of the body as stored and staged.</param>
/// <param name="CiphertextBytes">Length of the body in bytes.</param>
/// <param name="PlaintextBytes">Length of what it decrypts to in bytes.</param>
/// <param name="Samples">Samples in a shard; rows in the label table; objects in a part of an archive.</param>
public sealed record ManifestPart(string Id, Sha256Digest Ciphertext, long CiphertextBytes, long PlaintextBytes, int Samples);

/// <summary>One line of the label table.</summary>
/// <param name="Key">The sample's key in its shard.</param>
/// <param name="Name">The label's name, such as <c>covid</c>.</param>
/// <param name="Value">Its value; classes are small integers written as text.</param>
public sealed record LabelRow(string Key, string Name, string Value);
