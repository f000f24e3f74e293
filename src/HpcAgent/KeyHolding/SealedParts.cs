namespace Scanlock.HpcAgent.KeyHolding;

/// <summary>The parts of a result, as the agent protocol names them.</summary>
internal static class SealedParts
{
    public const string Metrics = "metrics";
    public const string Model = "model";

    public static IReadOnlyList<string> All { get; } = [Metrics, Model];
}
