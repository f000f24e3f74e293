using Scanlock.Contracts.Access;

namespace Scanlock.Contracts.Gateway;

// The bodies of the gateway's HTTP API, version 1, by feature. Refusals are RFC 9457 problem details whose member "reasons"
// (IReadOnlyList<Reason>) says every reason of a decision.

/// <summary>A catalogue entry: all that is known of a dataset without a permit (P1). Counts below the dataset's k are null.</summary>
public sealed record DatasetEntry(
    string Name,
    string Title,
    string Description,
    string Steward,
    string State,
    int? LatestVersion,
    IReadOnlyList<string> LabelNames,
    int? Patients,
    int? Samples,
    Sha256Digest PolicyRevision);

/// <summary>States of a dataset.</summary>
public static class DatasetStates
{
    public const string Open = "open";
    public const string Sealed = "sealed";
    public const string Withdrawn = "withdrawn";
}

/// <param name="Policy">The policy file's text.</param>
public sealed record CreateDataset(string Name, string Title, string Description, string Policy);

public sealed record ReplacePolicy(string Policy);

public sealed record UploadSession(string Id);

/// <summary>Asks which of these objects the dataset holds already; SHA-256 of each object's bytes, by ordinal in the upload.</summary>
public sealed record KnownObjectsQuery(IReadOnlyList<Sha256Digest> Objects);

/// <param name="Known">Positions in the query of the objects that need not be sent.</param>
public sealed record KnownObjects(IReadOnlyList<int> Known);

/// <summary>What became of one object.</summary>
/// <param name="Ordinal">Its number in its session; -1 where it got none, because nothing may be sent there any more.</param>
/// <param name="Outcome"><c>stored</c>, <c>duplicate</c>, <c>quarantined</c> or <c>refused</c>.</param>
/// <param name="Code">A code of the intake's closed lists, or one of the gateway's own, where quarantined or refused.</param>
/// <param name="Reason">The reason in words, without anything from the object.</param>
/// <param name="Upload">The session, where it got a number there.</param>
public sealed record ObjectOutcome(int Ordinal, string Outcome, string? Code, string? Reason, string? Upload = null);

/// <param name="Quarantined">Objects by the code they are kept apart for.</param>
/// <param name="Refused">Objects by the code they were refused for.</param>
public sealed record UploadReport(
    string Id, int Stored, int Duplicates, IReadOnlyDictionary<string, int> Quarantined, IReadOnlyDictionary<string, int> Refused);

/// <summary>Labels for objects, matched by one kind of key.</summary>
/// <param name="KeyKind">
/// <c>file</c> (keys are SHA-256 digests of the files' bytes; names stay with the uploader), <c>sop</c>, <c>series</c>, <c>study</c>,
/// <c>accession</c> or <c>patient</c>.
/// </param>
/// <param name="SkipUnmatched">Label the others although some rows match no object.</param>
public sealed record LabelUpload(string Name, string KeyKind, IReadOnlyList<LabelAssignment> Rows, bool SkipUnmatched = false);

/// <param name="Patient">Groups samples by patient where the headers do not; hashed like any patient id, or null.</param>
public sealed record LabelAssignment(string Key, string Value, string? Patient);

/// <param name="Unmatched">
/// Positions of the rows that were skipped. Unless that is asked for, rows that match no object refuse the whole, and the problem's member
/// "unmatched" has their positions.
/// </param>
public sealed record LabelReport(int Labelled, int Unlabelled, IReadOnlyList<int> Unmatched);

/// <param name="LeaveOutUnlabelled">Seal although some objects have no label; those stay out of this version.</param>
public sealed record SealVersion(bool LeaveOutUnlabelled);

public sealed record SealedVersion(string Dataset, int Version, int Samples, int Patients, int Shards, long CiphertextBytes, Sha256Digest Manifest);

/// <summary>How a request for access, or for a model's release, stands.</summary>
/// <param name="State">One of <see cref="RequestStates"/>.</param>
public sealed record RequestView(
    string Id,
    string Kind,
    string Dataset,
    string State,
    Person Requester,
    string Project,
    AccessRequest? Access,
    string? Job,
    int ApprovalsNeeded,
    IReadOnlyList<ApprovalView> Approvals,
    IReadOnlyList<Reason> Reasons,
    DateTimeOffset At);

public sealed record ApprovalView(string Approver, string Decision, string Comment, DateTimeOffset At);

/// <summary>States of a request.</summary>
public static class RequestStates
{
    public const string Pending = "pending";
    public const string Allowed = "allowed";
    public const string Denied = "denied";
    public const string Revoked = "revoked";
    public const string Expired = "expired";
}

/// <summary>A decision of a person; the comment is for the record and must not be empty.</summary>
public sealed record DecideRequest(string Comment);

/// <summary>What the broker fetches for an allowed request.</summary>
public sealed record PermitView(string State, IReadOnlyList<Reason> Reasons, string? Permit, string? Manifest);

// What a broker carries: the statements themselves, compact. The job comes along each time, so that nothing depends on what the gateway saw before.

/// <param name="Job">The job statement, compact.</param>
/// <param name="Request">The key request, compact.</param>
public sealed record KeyExchange(string Job, string Request);

public sealed record KeyAnswer(string Release);

/// <param name="Job">The job statement, compact.</param>
/// <param name="Progress">Progress statements, compact, in order; sending one twice counts once.</param>
public sealed record ProgressReport(string Job, IReadOnlyList<string> Progress);

/// <param name="Job">The job statement, compact.</param>
/// <param name="Bundle">The result bundle, compact.</param>
public sealed record ResultSubmission(string Job, string Bundle);

/// <summary>How a result, or one half of it, stands at its gateway.</summary>
public static class ResultStates
{
    /// <summary>Nobody has asked for it.</summary>
    public const string Held = "held";

    /// <summary>Reviewers must agree first.</summary>
    public const string Review = "review";
    public const string Released = "released";
    public const string Refused = "refused";

    /// <summary>Metrics that exist but whose every value is withheld.</summary>
    public const string Withheld = "withheld";

    public static IReadOnlyList<string> All { get; } = [Held, Review, Released, Refused, Withheld];
}

/// <summary>A job's result as it stands after the gate.</summary>
/// <param name="Job">Digest of the job statement.</param>
/// <param name="Metrics">One of <see cref="ResultStates"/>, never held.</param>
/// <param name="Model">One of <see cref="ResultStates"/>, never withheld.</param>
/// <param name="Checks">What the gate checked, each "checked for ...".</param>
public sealed record ResultView(
    string Job,
    string Dataset,
    string Metrics,
    string Model,
    long? ModelBytes,
    IReadOnlyList<string> Checks,
    IReadOnlyList<Reason> Reasons);

/// <param name="Job">The job statement, compact.</param>
/// <param name="Receipt">The purge receipt, compact; sending it twice is one.</param>
public sealed record ReceiptSubmission(string Job, string Receipt);

/// <summary>The gateway's public keys, for admins to compare out of band and to pin.</summary>
/// <param name="Key">Statement key id.</param>
/// <param name="KeyPem">Statement key, PEM.</param>
/// <param name="LogKey">The audit log's verifier key (C2SP signed-note vkey).</param>
public sealed record GatewayIdentity(string Name, string Organisation, string Key, string KeyPem, string LogKey);
