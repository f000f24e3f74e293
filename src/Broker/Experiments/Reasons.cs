using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Broker.Experiments;

/// <summary>Reasons as they are kept.</summary>
internal static class Reasons
{
    public static IReadOnlyList<Reason> Read(string json) => JsonSerializer.Deserialize(json, ContractsJson.Strict.IReadOnlyListReason) ?? [];

    public static string Write(IReadOnlyList<Reason> reasons) => JsonSerializer.Serialize(reasons, ContractsJson.Strict.IReadOnlyListReason);
}
