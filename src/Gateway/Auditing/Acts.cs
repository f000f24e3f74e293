namespace Scanlock.Gateway.Auditing;

/// <summary>The closed list of acts in a gateway's log.</summary>
public static class Acts
{
    public const string DatasetCreate = "dataset.create";
    public const string DatasetPolicy = "dataset.policy";
    public const string DatasetUpload = "dataset.upload";
    public const string DatasetLabel = "dataset.label";
    public const string DatasetSeal = "dataset.seal";
    public const string DatasetWithdraw = "dataset.withdraw";

    /// <summary>A steward takes a part of an archive out, decrypted.</summary>
    public const string ArchiveRead = "archive.read";

    /// <summary>An upload token: a machine's permission to send into one dataset.</summary>
    public const string TokenCreate = "token.create";
    public const string TokenRevoke = "token.revoke";

    /// <summary>A steward destroys what came by a token.</summary>
    public const string TokenDrop = "token.drop";

    /// <summary>A steward decides on objects that are kept apart.</summary>
    public const string QuarantineRelease = "quarantine.release";
    public const string QuarantineDelete = "quarantine.delete";

    /// <summary>A steward looks at one sample.</summary>
    public const string SamplePreview = "sample.preview";

    public const string AccessRequest = "access.request";
    public const string AccessApprove = "access.approve";
    public const string AccessDeny = "access.deny";
    public const string AccessRevoke = "access.revoke";

    /// <summary>A broker fetches a ciphertext under a permit for the first time.</summary>
    public const string PartServe = "part.serve";

    /// <summary>A ciphertext in the blob store is not what was sealed.</summary>
    public const string PartAltered = "part.altered";

    public const string KeysRelease = "keys.release";
    public const string KeysRenew = "keys.renew";

    public const string JobProgress = "job.progress";

    /// <summary>A result passes the gate, or does not; metrics that need no review leave with it.</summary>
    public const string JobResult = "job.result";
    public const string JobReceipt = "job.receipt";

    /// <summary>A researcher asks for a model.</summary>
    public const string ResultRequest = "result.request";
    public const string ResultApprove = "result.approve";
    public const string ResultDeny = "result.deny";

    /// <summary>An entry before this one told of an act that a crash kept from having any effect.</summary>
    public const string EntryAbandoned = "entry.abandoned";

    public static IReadOnlyList<string> All { get; } =
    [
        DatasetCreate, DatasetPolicy, DatasetUpload, DatasetLabel, DatasetSeal, DatasetWithdraw, ArchiveRead,
        TokenCreate, TokenRevoke, TokenDrop, QuarantineRelease, QuarantineDelete, SamplePreview,
        AccessRequest, AccessApprove, AccessDeny, AccessRevoke, PartServe, PartAltered, KeysRelease, KeysRenew,
        JobProgress, JobResult, JobReceipt, ResultRequest, ResultApprove, ResultDeny, EntryAbandoned,
    ];
}
