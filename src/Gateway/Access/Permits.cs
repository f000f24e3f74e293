using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Policy;

namespace Scanlock.Gateway.Access;

/// <summary>Turns an allowed request into a permit: the request's own terms, under the policy that allowed it.</summary>
internal sealed class Permits(GatewayKeys keys, TimeProvider time)
{
    public Statement<Permit> Issue(RequestRow request, VersionRow version, PolicyDocument policy, IEnumerable<ApprovalRow> approvals)
    {
        var asked = Json.Access(request.Access!);
        var permit = new Permit(
            Wire.Version,
            request.Id,
            keys.Statement.Public.Id,
            request.Requester(),
            asked.Project,
            asked.Purpose,
            policy.Basis,
            [new(request.Dataset, version.Version, Sha256Digest.Parse(version.ManifestDigest))],
            [asked.Site],
            [asked.Trainer],
            asked.Bounds,
            policy.Minima,
            policy.Isolation,
            policy.Egress,
            [.. approvals.Where(approval => approval.Decision == Decision.Approve).OrderBy(approval => approval.At)
                .Select(approval => new Approval(approval.Issuer, approval.Subject, approval.At))],
            time.GetUtcNow(),
            policy.ExpiresAt,
            (int)policy.Lease.TotalSeconds,
            policy.Revision,
            keys.Sealing.PublicKey.ToString());
        var statement = StatementKinds.Permit.Sign(permit, keys.Statement);
        request.State = RequestStates.Allowed;
        request.Permit = statement.Compact;
        request.PermitDigest = statement.Digest.ToString();
        request.ExpiresAt = permit.ExpiresAt;
        return statement;
    }

    /// <summary>A permit that this gateway itself signed.</summary>
    public Permit Read(RequestRow request) => StatementKinds.Permit.Verify(request.Permit!, keys.Statement.Public).Value;
}

/// <summary>What a person decides.</summary>
internal static class Decision
{
    public const string Approve = "approve";
    public const string Deny = "deny";
}
