using Scanlock.Contracts.Access;

namespace Scanlock.Contracts.Audit;

/// <summary>
/// One entry of a gateway's log. It names no patient and holds no digest of anything in the clear.
/// </summary>
/// <param name="Id">A UUID made for this act; how a restart recognises what it began.</param>
/// <param name="Actor">Who: <c>person:ISSUER#SUBJECT</c>, <c>broker:KEY</c>, <c>agent:SITE</c> or <c>gateway</c>.</param>
/// <param name="Act">What, from the gateway's closed list, such as <c>access.request</c>.</param>
/// <param name="Subjects">On what, by kind: <c>dataset</c>, <c>request</c>, <c>permit</c>, <c>job</c>, ...</param>
/// <param name="Decision"><c>allow</c>, <c>needs-approval</c>, <c>deny</c>, or null where nothing was decided.</param>
/// <param name="Digests">Digests of ciphertexts and statements, by name.</param>
/// <param name="Counts">Numbers, by name; such as objects received.</param>
/// <param name="Comment">What the actor wrote for the record, at most 1,000 characters.</param>
public sealed record AuditEntry(
    int V,
    string Id,
    DateTimeOffset At,
    string Actor,
    string Act,
    IReadOnlyDictionary<string, string> Subjects,
    string? Decision,
    IReadOnlyList<Reason> Reasons,
    Sha256Digest? PolicyRevision,
    IReadOnlyDictionary<string, Sha256Digest> Digests,
    IReadOnlyDictionary<string, long> Counts,
    string? Comment) : IVersioned;
