using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Signing;

namespace Scanlock.Broker.Tests.Ends;

/// <content>What it signs.</content>
internal sealed partial class TestGateway
{
    /// <summary>X25519's base point: a public key like any other, whose secret nobody here needs.</summary>
    private static readonly string SealingKey = Convert.ToBase64String([9, .. new byte[31]]);

    public Statement<DatasetManifest> Manifest() => StatementKinds.Manifest.Sign(
        new(1, Key.Public.Id, Dataset, 1, DatasetManifest.SampleSchemaV1, [Part("shard-00000"), Part("shard-00001")], Part("labels-1"), ["covid"]), Key);

    public Statement<Permit> Permit(AccessRequest request) => StatementKinds.Permit.Sign(
        new(
            1, request.Id, Key.Public.Id, new(Url, "alice", "unito", ["researcher"]), request.Project, request.Purpose, new(null, null, null),
            [new(Dataset, 1, Manifest().Digest)], [request.Site], [request.Trainer], request.Bounds, new(1, 1, 1), IsolationWays.All,
            new(600_000_000, "bf16", 5, "auto", 1), [], DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100), 900, Sha256Digest.Of([]), SealingKey),
        Key);

    private ManifestPart Part(string id) => new(id, Sha256Digest.Of(Parts[id]), Parts[id].Length, Parts[id].Length, 100);
}
