namespace Scanlock.Gateway.Access;

/// <summary>A request that a person made and that is decided: for access, or for a result's release.</summary>
public sealed class RequestRow
{
    public required string Id { get; init; }

    /// <summary>One of <see cref="RequestKinds"/>.</summary>
    public required string Kind { get; init; }
    public required string Dataset { get; init; }

    /// <summary>One of <c>RequestStates</c> but <c>expired</c>, which is a matter of the clock.</summary>
    public required string State { get; set; }
    public required string Issuer { get; init; }
    public required string Subject { get; init; }
    public required string Organisation { get; init; }

    /// <summary>Roles at the time of asking, separated by spaces.</summary>
    public required string Roles { get; init; }
    public required string Project { get; init; }

    /// <summary>The access request as it was asked, JSON; null for a release.</summary>
    public string? Access { get; init; }

    /// <summary>Digest of the job whose result is asked for; null for access.</summary>
    public string? Job { get; init; }

    /// <summary>The dataset version it is for.</summary>
    public required int Version { get; set; }
    public required int ApprovalsNeeded { get; set; }

    /// <summary>The last decision's reasons, JSON.</summary>
    public required string Reasons { get; set; }

    /// <summary>The permit, compact, once there is one.</summary>
    public string? Permit { get; set; }
    public string? PermitDigest { get; set; }
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The broker that fetched the permit or used it first: from then on no other may.</summary>
    public string? Broker { get; set; }
    public required DateTimeOffset At { get; init; }
}

public static class RequestKinds
{
    public const string Access = "access";

    /// <summary>For a model.</summary>
    public const string Release = "release";

    /// <summary>For metrics that the policy wants reviewed; made by the gate itself.</summary>
    public const string Metrics = "metrics";
}

/// <summary>What one person decided on a request.</summary>
public sealed class ApprovalRow
{
    public required string Request { get; init; }
    public required string Issuer { get; init; }
    public required string Subject { get; init; }
    public required string Organisation { get; init; }

    /// <summary>Roles at the time of deciding, separated by spaces.</summary>
    public required string Roles { get; init; }

    /// <summary><c>approve</c> or <c>deny</c>.</summary>
    public required string Decision { get; init; }
    public required string Comment { get; init; }
    public required DateTimeOffset At { get; init; }
}
