namespace Scanlock.Contracts.Gateway;

/// <summary>One page of the objects of a dataset that are kept apart, oldest first: why each is, and nothing that is in it.</summary>
/// <param name="Total">How many there are, all codes together.</param>
/// <param name="Counts">How many by code.</param>
/// <param name="Next">Where the next page begins, or null.</param>
public sealed record QuarantinePage(
    string Dataset, int Total, IReadOnlyDictionary<string, int> Counts, IReadOnlyList<QuarantinedObject> Objects, string? Next);

/// <param name="Id">What it is named by, to release or delete it: a keyed hash.</param>
/// <param name="Upload">The session it came in.</param>
/// <param name="Ordinal">Its number there.</param>
/// <param name="Token">What the upload token is called that it came by; null where a steward sent it.</param>
/// <param name="Code">A code of the intake's closed list.</param>
/// <param name="Reason">The sentence that belongs to the code.</param>
/// <param name="Samples">How many samples were found in it; one with none can only be deleted.</param>
public sealed record QuarantinedObject(
    string Id, string Upload, int Ordinal, string? Token, string Code, string Reason, int Samples, DateTimeOffset At);

/// <summary>Which objects a decision is about: those named, or all of a code, or all. One of the three.</summary>
public sealed record QuarantineChoice(IReadOnlyList<string>? Objects, string? Code, bool All);

/// <param name="Objects">How many were released or deleted; what already was is not counted again.</param>
/// <param name="Samples">How many samples they hold.</param>
/// <param name="Left">How many of those asked for stay, because there is nothing in them that could be a sample.</param>
public sealed record QuarantineDecided(string Dataset, string Decision, int Objects, int Samples, int Left);

/// <summary>What a steward can decide of an object that is kept apart.</summary>
public static class QuarantineDecisions
{
    /// <summary>Its samples are like any others from then on.</summary>
    public const string Released = "released";

    /// <summary>Its samples are destroyed; sent again, it is quarantined again.</summary>
    public const string Deleted = "deleted";
}
