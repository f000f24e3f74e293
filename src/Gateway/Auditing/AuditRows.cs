namespace Scanlock.Gateway.Auditing;

/// <summary>An entry whose effect is in this database: written in the same transaction as the effect.</summary>
public sealed class SettledEntryRow
{
    public required string Entry { get; init; }
}

/// <summary>How far into the log every entry is known to be settled or abandoned; the one row there is.</summary>
public sealed class AuditCursorRow
{
    public int Id { get; init; } = 1;
    public required long Settled { get; set; }
}
