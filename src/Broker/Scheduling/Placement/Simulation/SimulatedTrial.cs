using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Contracts.Jobs;

namespace Scanlock.Broker.Scheduling.Placement.Simulation;

/// <summary>One trial of a trace: a line of JSON.</summary>
/// <param name="At">When it is ready to be placed, seconds from the start of the trace.</param>
/// <param name="Seconds">How long it runs once its data are there.</param>
internal sealed record SimulatedTrial(string Id, string Experiment, string Project, double At, double Seconds, JobResources Resources)
{
    /// <summary>Where it may run; empty for every site.</summary>
    public IReadOnlyList<string> Sites { get; init; } = [];

    /// <summary>What it opens; what a site does not have yet is brought there first.</summary>
    public IReadOnlyList<JobInput> Inputs { get; init; } = [];

    public int Priority { get; init; }

    public bool Preemptible { get; init; }
}

/// <summary>Reads and writes traces as JSON lines.</summary>
internal static class TraceFile
{
    /// <exception cref="JsonException">A line is no trial; the message names the member.</exception>
    public static async IAsyncEnumerable<SimulatedTrial> ReadAsync(TextReader lines, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (await lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Length > 0)
            {
                yield return JsonSerializer.Deserialize(line, TraceJson.Default.SimulatedTrial) ?? throw new JsonException("A line of a trace is a trial, not null.");
            }
        }
    }

    public static string Write(SimulatedTrial trial) => JsonSerializer.Serialize(trial, TraceJson.Default.SimulatedTrial);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SimulatedTrial))]
internal sealed partial class TraceJson : JsonSerializerContext;
