using System.Collections.Immutable;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Policy;

/// <summary>
/// A policy as its steward wrote it. Every list is a list of what is allowed, so an empty one allows nothing.
/// </summary>
public sealed record PolicyDocument
{
    public required string Dataset { get; init; }

    /// <summary>The organisation that answers for the dataset.</summary>
    public required string Steward { get; init; }

    /// <summary>On what ground the data may be used; not decided on, only carried along.</summary>
    public required Basis Basis { get; init; }

    public required PurposeRule Purposes { get; init; }
    public required IReadOnlyList<WhoRule> Who { get; init; }

    /// <summary>Where the requester's organisation and the site may be, ISO 3166-1.</summary>
    public required IReadOnlyList<string> Countries { get; init; }

    public required IReadOnlyList<string> Sites { get; init; }
    public required IReadOnlyList<Sha256Digest> Trainers { get; init; }
    public required ApprovalRule Approvals { get; init; }
    public required LimitRule Limits { get; init; }
    public required Minima Minima { get; init; }

    /// <summary>Weights that training may start from; null stands for <c>none</c>, a start from random ones.</summary>
    public required IReadOnlyList<Sha256Digest?> InitialWeights { get; init; }

    /// <summary>Ways of isolation that are accepted.</summary>
    public required IReadOnlyList<string> Isolation { get; init; }

    public required TimeSpan Lease { get; init; }

    /// <summary>The first moment at which the policy allows nothing any more: the end, in UTC, of the day that is written.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    public required EgressRules Egress { get; init; }

    /// <summary>How the dataset's objects are taken in; no request is decided on it.</summary>
    public IntakeRules Intake { get; init; } = IntakeRules.Default;

    public IReadOnlyList<PolicyCase> Cases { get; init; } = [];

    /// <summary>SHA-256 of the file's bytes.</summary>
    public required Sha256Digest Revision { get; init; }

    /// <summary>Lines by dotted key, such as <c>limits.epochs</c>.</summary>
    public ImmutableDictionary<string, int> Lines { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>The line of a key, or of the nearest key above it that has one; 0 where there is none.</summary>
    public int LineOf(string key)
    {
        while (true)
        {
            if (Lines.TryGetValue(key, out var line))
            {
                return line;
            }

            var dot = key.LastIndexOfAny(['.', '[']);
            if (dot < 0)
            {
                return 0;
            }

            key = key[..dot];
        }
    }
}

/// <summary>What the data may be used for: any of the permissions, under all of the modifiers.</summary>
public sealed record PurposeRule(IReadOnlyList<DuoTerm> Permit, IReadOnlyList<DuoTerm> Modifiers)
{
    /// <summary>Diseases that a DS permission is for.</summary>
    public IReadOnlyList<string> Diseases { get; init; } = [];

    /// <summary>Who the modifier US approves, as <c>ISSUER#SUBJECT</c>.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>Organisations that the modifier IS approves.</summary>
    public IReadOnlyList<string> Institutions { get; init; } = [];

    /// <summary>Countries that the modifier GS approves.</summary>
    public IReadOnlyList<string> Regions { get; init; } = [];
}

/// <summary>Who may ask: somebody of one of these organisations, in this role.</summary>
public sealed record WhoRule(IReadOnlyList<string> Organisations, string Role);

/// <summary>How many people in which role must agree; the requester never counts.</summary>
public sealed record ApprovalRule(int Need, string Role);

/// <summary>The most that a permit may grant.</summary>
public sealed record LimitRule(int Trials, long Parameters, int Epochs, int ProgressValues);

/// <summary>A case of the policy's own: a request and what must come of it.</summary>
/// <param name="Because">The rules that must decide, all of them and no others; empty where the case does not say.</param>
/// <param name="Line">Where the case is written.</param>
public sealed record PolicyCase(string Name, CaseRequest Request, Outcome Expect, IReadOnlyList<string> Because, int Line);
