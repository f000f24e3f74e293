using Scanlock.Contracts.Datasets;

namespace Scanlock.Contracts.Access;

/// <summary>An allowed request, signed by the gateway: who may train what on which data, where, until when.</summary>
/// <param name="Id">The id of the request it answers.</param>
/// <param name="Gateway">The signing gateway's key id.</param>
/// <param name="Datasets">The dataset versions it opens, each by the digest of its manifest.</param>
/// <param name="LeaseSeconds">How long a key release stands before it must be renewed.</param>
/// <param name="PolicyRevision">SHA-256 of the policy file that decided.</param>
/// <param name="SealingKey">The gateway's X25519 public key for results, 32 bytes, base64.</param>
public sealed record Permit(
    int V,
    string Id,
    string Gateway,
    Person Researcher,
    string Project,
    Purpose Purpose,
    Basis Basis,
    IReadOnlyList<PermittedDataset> Datasets,
    IReadOnlyList<string> Sites,
    IReadOnlyList<Sha256Digest> Trainers,
    SpecBounds Bounds,
    Minima Minima,
    IReadOnlyList<string> Isolation,
    EgressRules Egress,
    IReadOnlyList<Approval> Approvals,
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    int LeaseSeconds,
    Sha256Digest PolicyRevision,
    string SealingKey) : IVersioned;

/// <param name="Manifest">Digest of the manifest statement.</param>
public sealed record PermittedDataset(string Dataset, int Version, Sha256Digest Manifest);

/// <summary>On what ground the data may be used; carried into permit and log as written.</summary>
public sealed record Basis(string? Ethics, string? Legal, string? DataPermit);

/// <summary>The least a training must use, against gradient leakage.</summary>
public sealed record Minima(int Batch, int Steps, int Patients);

/// <summary>What may leave, and how.</summary>
/// <param name="MaxBytes">Largest model, bytes.</param>
/// <param name="Precision"><c>bf16</c> or <c>f32</c>: what released weights are rounded to.</param>
/// <param name="MinCount">Patients per class below which a metric is withheld.</param>
/// <param name="Metrics"><c>auto</c> or <c>review</c>.</param>
/// <param name="ModelReviews">Reviewers who must agree before a model leaves; 0 for none.</param>
public sealed record EgressRules(long MaxBytes, string Precision, int MinCount, string Metrics, int ModelReviews);

public sealed record Approval(string Issuer, string Subject, DateTimeOffset At);
