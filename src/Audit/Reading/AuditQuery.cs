using Scanlock.Contracts.Audit;

namespace Scanlock.Audit;

/// <summary>What to look for in a log; each part that is not null must hold. Texts are compared without regard to case.</summary>
/// <param name="Actor">Part of the actor.</param>
/// <param name="Act">The act, or its beginning up to a dot: <c>access</c> finds <c>access.request</c>.</param>
/// <param name="Subject">The id of any subject, or <c>kind:id</c>.</param>
/// <param name="Decision">The decision.</param>
/// <param name="From">Not before.</param>
/// <param name="To">Before.</param>
/// <param name="Text">Part of a reason's sentence, of the comment, or of any field above.</param>
public sealed record AuditQuery(
    string? Actor = null,
    string? Act = null,
    string? Subject = null,
    string? Decision = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string? Text = null)
{
    private const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    public bool Finds(AuditEntry entry) =>
        (Actor is null || entry.Actor.Contains(Actor, AnyCase))
        && (Act is null || entry.Act.Equals(Act, AnyCase) || entry.Act.StartsWith(Act + ".", AnyCase))
        && (Subject is null || entry.Subjects.Any(s => s.Value.Equals(Subject, AnyCase) || $"{s.Key}:{s.Value}".Equals(Subject, AnyCase)))
        && (Decision is null || string.Equals(entry.Decision, Decision, AnyCase))
        && (From is null || entry.At >= From)
        && (To is null || entry.At < To)
        && (Text is null || Texts(entry).Any(text => text.Contains(Text, AnyCase)));

    private static IEnumerable<string> Texts(AuditEntry entry) =>
    [
        entry.Actor, entry.Act, entry.Decision ?? "", entry.Comment ?? "",
        .. entry.Subjects.Values, .. entry.Reasons.Select(r => r.Rule), .. entry.Reasons.Select(r => r.Sentence),
    ];
}
