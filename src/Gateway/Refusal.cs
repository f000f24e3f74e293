using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Web;

namespace Scanlock.Gateway;

/// <summary>Why something was not done: a closed set, turned into problem details in one place. Sentences name the thing and the reason.</summary>
internal abstract record Refusal(string Sentence)
{
    /// <summary>There is no such thing, or not for this caller.</summary>
    public sealed record Unknown(string Sentence) : Refusal(Sentence);

    /// <summary>Not as things stand.</summary>
    public sealed record Conflict(string Sentence) : Refusal(Sentence);

    /// <summary>Not now: others are at it. The same again, later, may be done.</summary>
    public sealed record Busy(string Sentence) : Refusal(Sentence);

    /// <summary>The input is faulty; every fault is listed.</summary>
    public sealed record Invalid(string Sentence, params IReadOnlyList<string> Errors) : Refusal(Sentence);

    /// <summary>Rows of a table match nothing here: named by position, never by content.</summary>
    public sealed record Unmatched(string Sentence, IReadOnlyList<int> Positions) : Refusal(Sentence);

    /// <summary>Understood, and refused with reasons.</summary>
    public sealed record Denied(string Sentence, params IReadOnlyList<Reason> Reasons) : Refusal(Sentence)
    {
        /// <summary>Refused by those of a decision's reasons that deny, or else that do not allow yet; the sentence names their rules.</summary>
        public static Denied By(string what, IReadOnlyList<Reason> reasons)
        {
            var denying = reasons.Where(reason => reason.Effect == "deny").ToList();
            var against = denying.Count > 0 ? denying : reasons.Where(reason => reason.Effect != "allow").ToList();
            return new($"{what}, by {string.Join(", ", against.Select(reason => reason.Rule).Distinct(StringComparer.Ordinal))}.", against);
        }
    }

    /// <summary>The store is at fault, not the caller.</summary>
    public sealed record Broken(string Sentence) : Refusal(Sentence);

    public ProblemHttpResult ToProblem() => this switch
    {
        Unknown => Problems.NotFound(Sentence),
        Conflict => Problems.Conflict(Sentence),
        Invalid invalid => Problems.Invalid(Sentence, invalid.Errors),
        Unmatched rows => TypedResults.Problem(
            Sentence,
            statusCode: StatusCodes.Status400BadRequest,
            title: "Invalid",
            extensions: [new("unmatched", JsonSerializer.SerializeToElement(rows.Positions, ContractsJson.Strict.IReadOnlyListInt32))]),
        Denied denied => Problems.Refused(Sentence, denied.Reasons),
        Broken or Busy => Problems.Unavailable(Sentence),
        _ => throw new InvalidOperationException($"No problem document is known for {GetType().Name}."),
    };
}

/// <summary>What was asked for, or why it was refused; never both.</summary>
internal readonly struct Outcome<T>
    where T : notnull
{
    private Outcome(T? value, Refusal? refusal) => (Value, Refusal) = (value, refusal);

    public T? Value { get; }

    public Refusal? Refusal { get; }

    [MemberNotNullWhen(false, nameof(Value))]
    [MemberNotNullWhen(true, nameof(Refusal))]
    public bool IsRefused => Refusal is not null;

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);

    /// <summary>The value as an interface, which cannot convert by itself.</summary>
    public static Outcome<T> Of(T value) => new(value, null);

    public Results<Ok<T>, ProblemHttpResult> ToResult() => IsRefused ? Refusal.ToProblem() : TypedResults.Ok(Value);
}

/// <summary>The answer of something that has nothing to say but that it was done.</summary>
internal readonly record struct Done;
