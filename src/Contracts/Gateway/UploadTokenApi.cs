namespace Scanlock.Contracts.Gateway;

/// <summary>Asks for a token by which a machine, such as a PACS, may send objects into one dataset, and nothing else.</summary>
/// <param name="Name">What the stewards call it: 1 to 80 characters, such as "PACS ward 3".</param>
/// <param name="Days">How long it is good for, 1 to 365; 90 where null.</param>
public sealed record CreateUploadToken(string Name, int? Days);

/// <param name="Secret">The token itself. It is told this once; only its SHA-256 is kept.</param>
public sealed record CreatedUploadToken(UploadTokenView Token, string Secret);

/// <param name="State">One of <see cref="UploadTokenStates"/>.</param>
/// <param name="LastUsedAt">To the minute.</param>
public sealed record UploadTokenView(
    string Id,
    string Dataset,
    string Name,
    string State,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt);

/// <summary>States of an upload token.</summary>
public static class UploadTokenStates
{
    public const string Active = "active";
    public const string Expired = "expired";
    public const string Revoked = "revoked";
}

/// <param name="LeaveSealed">Drop the rest although some of what the token sent is in a sealed version, which never changes.</param>
public sealed record DropUploads(bool LeaveSealed);

/// <param name="Samples">Samples destroyed, without those in quarantine.</param>
/// <param name="Quarantined">Objects destroyed that nobody had decided on.</param>
/// <param name="LeftSealed">Samples that stay, because a sealed version holds them.</param>
public sealed record DroppedUploads(string Token, int Samples, int Quarantined, int LeftSealed);
