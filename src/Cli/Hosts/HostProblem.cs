using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Contracts.Access;

namespace Scanlock.Cli.Hosts;

/// <summary>A host answered with a refusal, or not at all.</summary>
internal sealed class HostProblemException(int exitCode, string name, string message, IReadOnlyList<Reason> reasons, IReadOnlyList<string> errors)
    : Exception(message)
{
    public int ExitCode => exitCode;

    /// <summary>Stable name for programs.</summary>
    public string Name => name;

    /// <summary>Every reason of a decision.</summary>
    public IReadOnlyList<Reason> Reasons => reasons;

    /// <summary>Every fault of an input.</summary>
    public IReadOnlyList<string> Errors => errors;

    /// <summary>Positions of the rows of a table that match nothing at the host.</summary>
    public IReadOnlyList<int> Unmatched { get; private init; } = [];

    public static HostProblemException Unreachable(Uri host, Exception why) =>
        new(Cli.ExitCode.Failed, "unreachable", $"{host.GetLeftPart(UriPartial.Authority)} {(why is TimeoutException ? "did not answer in time" : "does not answer")}: {why.Message}", [], []);

    public static HostProblemException Local(string name, string message) => new(Cli.ExitCode.Failed, name, message, [], []);

    /// <summary>Reads a problem document (RFC 9457); any other body is quoted by its status only.</summary>
    public static async Task<HostProblemException> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        ProblemDocument? problem = null;
        if (answer.Content.Headers.ContentType?.MediaType is "application/problem+json" or "application/json")
        {
            try
            {
                problem = JsonSerializer.Deserialize(await answer.Content.ReadAsStreamAsync(cancellationToken), ProblemJson.Default.ProblemDocument);
            }
            catch (JsonException)
            {
                // Not a problem document after all: the status says what there is to say.
                problem = null;
            }
        }

        var refused = problem?.Reasons is { Count: > 0 };
        return new(
            refused ? Cli.ExitCode.RefusedByPolicy : Cli.ExitCode.Failed,
            refused ? "refused-by-policy" : $"http-{status}",
            problem?.Detail ?? problem?.Title ?? $"{answer.RequestMessage?.RequestUri?.Host} answered {status} {answer.ReasonPhrase}.",
            problem?.Reasons ?? [],
            problem?.Errors ?? [])
        {
            Unmatched = problem?.Unmatched ?? [],
        };
    }
}

/// <summary>The members of a problem document that this program shows.</summary>
internal sealed record ProblemDocument(string? Title, string? Detail, IReadOnlyList<Reason>? Reasons, IReadOnlyList<string>? Errors, IReadOnlyList<int>? Unmatched);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ProblemDocument))]
internal sealed partial class ProblemJson : JsonSerializerContext;
