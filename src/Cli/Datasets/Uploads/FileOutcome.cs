namespace Scanlock.Cli.Datasets.Uploads;

/// <summary>What became of one file.</summary>
/// <param name="File">What its user calls it.</param>
/// <param name="Outcome">One of <see cref="FileOutcomes"/>.</param>
/// <param name="Code">A stable name of why, where it was neither stored nor there already.</param>
/// <param name="Reason">The same in a sentence.</param>
internal sealed record FileOutcome(string File, string Outcome, string Code, string Reason)
{
    /// <summary>The session it was sent in, and its number there, by which the gateway names it; null where it was not sent.</summary>
    public (string Upload, int Ordinal)? Object { get; init; }
}

/// <summary>What can become of a file: the gateway's words, and two of this program's own.</summary>
internal static class FileOutcomes
{
    public const string Stored = "stored";
    public const string Duplicate = "duplicate";
    public const string Quarantined = "quarantined";
    public const string Refused = "refused";

    /// <summary>Not meant to be sent: a table, a link, an archive in an archive.</summary>
    public const string Skipped = "skipped";

    /// <summary>Meant to be sent, and cannot be.</summary>
    public const string Unreadable = "unreadable";

    public static FileOutcome Skip(string file, string code, string reason) => new(file, Skipped, code, reason);

    public static FileOutcome Unread(string file, string code, string reason) => new(file, Unreadable, code, reason);
}
