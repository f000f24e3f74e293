using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Contracts.Signing;

/// <summary>Every kind of statement there is, with who signs it.</summary>
public static class StatementKinds
{
    /// <summary>Signed by the gateway.</summary>
    public static StatementKind<DatasetManifest> Manifest { get; } = new("scanlock-manifest+jws", ContractsJson.Strict.DatasetManifest) { MaxLength = 64 << 20 };

    /// <summary>Signed by the gateway, for its own stewards.</summary>
    public static StatementKind<DatasetArchive> Archive { get; } = new("scanlock-archive+jws", ContractsJson.Strict.DatasetArchive) { MaxLength = 64 << 20 };

    /// <summary>Signed by the gateway.</summary>
    public static StatementKind<Permit> Permit { get; } = new("scanlock-permit+jws", ContractsJson.Strict.Permit);

    /// <summary>Signed by the broker.</summary>
    public static StatementKind<Job> Job { get; } = new("scanlock-job+jws", ContractsJson.Strict.Job) { MaxLength = 16 << 20 };

    /// <summary>Signed by the agent.</summary>
    public static StatementKind<KeyRequest> KeyRequest { get; } = new("scanlock-key-request+jws", ContractsJson.Strict.KeyRequest);

    /// <summary>Signed by the gateway.</summary>
    public static StatementKind<KeyRelease> KeyRelease { get; } = new("scanlock-key-release+jws", ContractsJson.Strict.KeyRelease) { MaxLength = 64 << 20 };

    /// <summary>Signed by the agent.</summary>
    public static StatementKind<Progress> Progress { get; } = new("scanlock-progress+jws", ContractsJson.Strict.Progress);

    /// <summary>Signed by the agent.</summary>
    public static StatementKind<ResultBundle> ResultBundle { get; } = new("scanlock-result+jws", ContractsJson.Strict.ResultBundle);

    /// <summary>Signed by the agent.</summary>
    public static StatementKind<PurgeReceipt> PurgeReceipt { get; } = new("scanlock-purge+jws", ContractsJson.Strict.PurgeReceipt) { MaxLength = 16 << 20 };

    /// <summary>Signed by the broker, for one call.</summary>
    public static StatementKind<BrokerToken> BrokerToken { get; } = new("scanlock-broker+jwt", ContractsJson.Strict.BrokerToken) { MaxLength = 4096 };
}
