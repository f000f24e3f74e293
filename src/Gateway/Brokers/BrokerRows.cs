namespace Scanlock.Gateway.Brokers;

/// <summary>A broker token that was used; kept until it would have expired by itself.</summary>
public sealed class UsedTokenRow
{
    public required string Broker { get; init; }
    public required string TokenId { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>That a part went out under a permit: logged the first time, not at every range.</summary>
public sealed class ServedPartRow
{
    public required string Request { get; init; }
    public required string Part { get; init; }
    public required DateTimeOffset At { get; init; }
}
