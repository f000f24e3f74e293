using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Audit;

namespace Scanlock.Gateway.Auditing;

/// <summary>An audit entry in the making: only what there is to say is said.</summary>
internal sealed record Entry(string Act, string Actor)
{
    /// <summary>More reasons than a policy gives; keeps an entry within what a log can hold.</summary>
    private const int MaxReasons = 100;

    public IReadOnlyDictionary<string, string> Subjects { get; init; } = Empty<string>();
    public string? Decision { get; init; }
    public IReadOnlyList<Reason> Reasons { get; init; } = [];
    public string? PolicyRevision { get; init; }
    public IReadOnlyDictionary<string, Sha256Digest> Digests { get; init; } = Empty<Sha256Digest>();
    public IReadOnlyDictionary<string, long> Counts { get; init; } = Empty<long>();
    public string? Comment { get; init; }

    /// <summary>The entry as the log takes it, with an id of its own; the log adds the time.</summary>
    public AuditEntry ToAuditEntry(DateTimeOffset now) => new(
        Wire.Version,
        Guid.NewGuid().ToString(),
        now,
        Actor,
        Act,
        Subjects,
        Decision,
        [.. Reasons.Take(MaxReasons)],
        PolicyRevision is null ? null : Sha256Digest.Parse(PolicyRevision),
        Digests,
        Counts,
        Comment);

    private static Dictionary<string, T> Empty<T>() => new(StringComparer.Ordinal);
}

/// <summary>How the log names who acts.</summary>
internal static class Actors
{
    public const string Gateway = "gateway";

    public static string Of(Person person) => $"person:{person.Issuer}#{person.Subject}";

    public static string UploadToken(string id) => $"upload-token:{id}";

    public static string Agent(string site) => $"agent:{site}";

    public static string Broker(string name) => $"broker:{name}";
}
