namespace Scanlock.IntakeWorkers;

/// <summary>Where an object comes from, which decides what worker it is given, and when.</summary>
/// <param name="Dataset">
/// What it is sent to. A worker is given objects of one dataset only: what breaks into it reaches no other's.
/// </param>
/// <param name="Sender">Who sends it: senders have their turns one after the other, and none has more than its share of the workers.</param>
/// <param name="IsLong">Whether its sender is waited for while a worker is at it, because it is too long to be held first.</param>
public sealed record ObjectOrigin(string Dataset, string Sender, bool IsLong = false);
