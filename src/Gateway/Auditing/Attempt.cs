using Scanlock.Contracts.Access;
using Scanlock.Gateway.Datasets;
using Scanlock.Policy;

namespace Scanlock.Gateway.Auditing;

/// <summary>
/// An act that somebody tries, on things as they named them. Where it is refused, that is its entry (P7): the things' names, shortened, and
/// the kind of refusal; nothing of what came with it, which may be anything.
/// </summary>
internal sealed record Attempt
{
    /// <summary>What holds a digest with its prefix, and every name of ours.</summary>
    private const int LongestName = 80;

    private Attempt(string act, string actor, IReadOnlyDictionary<string, string> subjects) => (Act, Actor, Subjects) = (act, actor, subjects);

    public string Act { get; init; }

    public string Actor { get; }

    public IReadOnlyDictionary<string, string> Subjects { get; }

    public static Attempt At(string act, string actor, params (string Kind, string Name)[] subjects) =>
        new(act, actor, subjects.ToDictionary(subject => subject.Kind, subject => DatasetLookup.Shown(subject.Name, LongestName), StringComparer.Ordinal));

    public Entry Refused(Refusal refusal) => new(Act, Actor)
    {
        Subjects = Subjects, Decision = Outcome.Deny.Wire(), Reasons = ReasonsOf(refusal),
    };

    /// <summary>What was decided; with the refusal's entry, where it is a refusal that has none yet.</summary>
    public Decided<Outcome<T>> OnRecord<T>(Decided<Outcome<T>> decided)
        where T : notnull
    {
        if (!decided.Answer.IsRefused || decided.IsRepetition || decided.Entries.Any(entry => entry.Act == Act && entry.Decision == Outcome.Deny.Wire()))
        {
            return decided;
        }

        return decided with { Entries = [.. decided.Entries, Refused(decided.Answer.Refusal)], ChangesNothing = decided.Entries.Count == 0 };
    }

    private static IReadOnlyList<Reason> ReasonsOf(Refusal refusal) => refusal switch
    {
        Refusal.Denied denied => denied.Reasons,
        Refusal.Unknown => Deny("unknown", "there is no such thing, or not for this caller"),
        Refusal.Conflict => Deny("conflict", "it cannot be as things stand"),
        Refusal.Invalid invalid => Deny("invalid", $"the input is faulty in {Math.Max(1, invalid.Errors.Count)} places"),
        Refusal.Unmatched rows => Deny("unmatched", $"{rows.Positions.Count} rows match nothing here"),
        Refusal.Broken => Deny("broken", "the store is at fault"),
        _ => throw new InvalidOperationException($"No reason is known for {refusal.GetType().Name}."),
    };

    private static Reason[] Deny(string rule, string sentence) => [new(rule, 0, Outcome.Deny.Wire(), sentence)];
}
