using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;

namespace Scanlock.Broker.Gateways;

/// <summary>A problem document (RFC 9457) of a gateway, as far as the broker shows it.</summary>
internal sealed record GatewayProblem(string Sentence, IReadOnlyList<Reason> Reasons)
{
    private const int MaxReasons = 200;

    /// <summary>Null where the bytes are no problem document.</summary>
    public static GatewayProblem? Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            return new(Text(document.RootElement, "detail") ?? Text(document.RootElement, "title") ?? "", ReadReasons(document.RootElement));
        }
        catch (JsonException)
        {
            // A proxy's page, or nothing: the status has to say it.
            return null;
        }
    }

    private static string? Text(JsonElement problem, string member) =>
        problem.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<Reason> ReadReasons(JsonElement problem)
    {
        if (!problem.TryGetProperty("reasons", out var reasons) || reasons.ValueKind != JsonValueKind.Array)
        {
            return [];
        }

        return [.. reasons.EnumerateArray().Take(MaxReasons)
            .Select(reason => reason.Deserialize(ContractsJson.Strict.Reason))
            .OfType<Reason>()
            .Select(reason => reason with { Sentence = GatewaySentences.Bounded(reason.Sentence) })];
    }
}
