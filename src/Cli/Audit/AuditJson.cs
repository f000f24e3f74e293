using System.Text.Json;
using System.Text.Json.Serialization;
using Scanlock.Contracts.Audit;

namespace Scanlock.Cli.Audit;

internal sealed record VerifyJson(
    bool Verified,
    string Statement,
    string Log,
    string Origin,
    long? Entries,
    string? Root,
    IReadOnlyList<AnchorJson> ConsistentWith,
    ProvedJson? Proved,
    IReadOnlyList<FindingJson> Findings,
    long FindingsLeftOut);

internal sealed record AnchorJson(string From, long Entries, string? WitnessedBy, DateTimeOffset? WitnessedAt);

internal sealed record FindingJson(string Kind, string Where, long? FirstEntry, long? LastEntry, string What);

/// <param name="Text">The entry as the log holds it: canonical JSON.</param>
internal sealed record ProvedJson(long Index, string Text);

internal sealed record ProofJson(bool Verified, string Origin, long Entries, ProvedJson Proved, IReadOnlyList<FindingJson> Findings);

/// <summary>A line of <c>audit search --json</c> and <c>audit export</c>.</summary>
internal sealed record EntryJson(long Index, AuditEntry Entry);

internal sealed record WitnessJson(string Origin, long Entries, string Root, string Witness, DateTimeOffset At, bool First);

internal sealed record WitnessKeyJson(string SecretKey, string VerifierKeyFile, string VerifierKey);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VerifyJson))]
[JsonSerializable(typeof(ProofJson))]
[JsonSerializable(typeof(EntryJson))]
[JsonSerializable(typeof(WitnessJson))]
[JsonSerializable(typeof(WitnessKeyJson))]
internal sealed partial class AuditJson : JsonSerializerContext;
