using System.Text.Json.Serialization;

namespace Scanlock.Contracts.Agent;

/// <summary>
/// What broker and agent say to each other over SSH's stdio. A frame is a 4-byte big-endian length, that many bytes of JSON, then
/// exactly the number of raw bytes that the JSON's <c>body</c> member announces. One answer per request, in order; requests may be
/// sent ahead. Statements inside are verified by whom they concern, whatever this channel is.
/// </summary>
public static class AgentProtocol
{
    public const int Version = 1;

    /// <summary>Longest JSON of one frame.</summary>
    public const int MaxFrameBytes = 72 << 20;

    /// <summary>Longest raw body of one frame.</summary>
    public const int MaxBodyBytes = 8 << 20;

    /// <summary>Most jobs, digests or statements named in one frame.</summary>
    public const int MaxItems = 10_000;
}

/// <summary>A request of the broker. Each also advances the site's local queue.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "op", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Hello), "hello")]
[JsonDerivedType(typeof(Have), "have")]
[JsonDerivedType(typeof(Put), "put")]
[JsonDerivedType(typeof(Submit), "submit")]
[JsonDerivedType(typeof(Poll), "poll")]
[JsonDerivedType(typeof(Deliver), "deliver")]
[JsonDerivedType(typeof(Fetch), "fetch")]
[JsonDerivedType(typeof(Cancel), "cancel")]
[JsonDerivedType(typeof(Purge), "purge")]
[JsonDerivedType(typeof(Discard), "discard")]
public abstract record AgentRequest
{
    /// <summary>Raw bytes that follow the JSON.</summary>
    public int Body { get; init; }
}

/// <summary>Opens the conversation; answered by <see cref="Welcome"/>.</summary>
public sealed record Hello(int Protocol) : AgentRequest;

/// <summary>Which of these ciphertexts are staged, and how far; answered by <see cref="Holdings"/>.</summary>
public sealed record Have(IReadOnlyList<Sha256Digest> Digests) : AgentRequest;

/// <summary>
/// The next bytes of a ciphertext, as the frame's body, at <paramref name="Offset"/>; answered by <see cref="Stored"/>.
/// The agent hashes while it writes; at <paramref name="Bytes"/> the digest must fit, or the object is dropped and the answer is
/// <see cref="Refused"/> with <c>digest-mismatch</c>.
/// </summary>
public sealed record Put(Sha256Digest Digest, long Bytes, long Offset) : AgentRequest;

/// <summary>Hands in a job (compact statement); answered by <see cref="Accepted"/>. Handing the same in twice makes one.</summary>
public sealed record Submit(string Job) : AgentRequest;

/// <summary>How these jobs stand and what they have to say after the given sequence; answered by <see cref="Jobs"/>.</summary>
public sealed record Poll(IReadOnlyList<PollJob> Jobs) : AgentRequest;

/// <param name="After">Highest progress sequence already received.</param>
public sealed record PollJob(Sha256Digest Job, int After);

/// <summary>
/// The gateway's answer to a key request: a key release statement, or null when it refused. Answered by <see cref="Done"/>.
/// </summary>
/// <param name="Request">Digest of the key request.</param>
public sealed record Deliver(Sha256Digest Job, Sha256Digest Request, string? Release) : AgentRequest;

/// <summary>Reads a sealed part (<c>metrics</c> or <c>model</c>) of a finished job from an offset; answered by <see cref="Chunk"/>.</summary>
public sealed record Fetch(Sha256Digest Job, string Part, long Offset) : AgentRequest;

/// <summary>Stops a job, wherever it is; answered by <see cref="Done"/>.</summary>
public sealed record Cancel(Sha256Digest Job) : AgentRequest;

/// <summary>
/// Deletes a finished job and the ciphertexts it alone needed; answered by <see cref="Purged"/>. Asking twice gives the same receipt.
/// </summary>
public sealed record Purge(Sha256Digest Job) : AgentRequest;

/// <summary>
/// Deletes these ciphertexts, whole or half staged, but those a job at the site needs: what was staged for a trial that was never handed
/// in. Answered by <see cref="Done"/>.
/// </summary>
public sealed record Discard(IReadOnlyList<Sha256Digest> Digests) : AgentRequest;

/// <summary>An answer of the agent.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer", UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization)]
[JsonDerivedType(typeof(Welcome), "welcome")]
[JsonDerivedType(typeof(Holdings), "holdings")]
[JsonDerivedType(typeof(Stored), "stored")]
[JsonDerivedType(typeof(Accepted), "accepted")]
[JsonDerivedType(typeof(Jobs), "jobs")]
[JsonDerivedType(typeof(Chunk), "chunk")]
[JsonDerivedType(typeof(Done), "done")]
[JsonDerivedType(typeof(Purged), "purged")]
[JsonDerivedType(typeof(Refused), "refused")]
public abstract record AgentAnswer
{
    /// <summary>Raw bytes that follow the JSON.</summary>
    public int Body { get; init; }
}

/// <param name="Key">The agent's signing key id.</param>
/// <param name="Isolation">Ways of isolation that work here now.</param>
/// <param name="IsolationProblem">Why there is none, in one sentence; else null.</param>
public sealed record Welcome(
    int Protocol,
    string Agent,
    string Site,
    string Key,
    IReadOnlyList<Sha256Digest> Trainers,
    IReadOnlyList<string> Isolation,
    string? IsolationProblem) : AgentAnswer;

public sealed record Holdings(IReadOnlyList<Holding> Items) : AgentAnswer;

/// <param name="Have">Bytes already here: the offset to go on from.</param>
/// <param name="Complete">True when the whole is here and its digest was checked.</param>
public sealed record Holding(Sha256Digest Digest, long Have, bool Complete);

public sealed record Stored(long Have, bool Complete) : AgentAnswer;

public sealed record Accepted(Sha256Digest Job) : AgentAnswer;

public sealed record Jobs(IReadOnlyList<JobStatus> Items) : AgentAnswer;

/// <param name="State">One of <see cref="JobStates"/>.</param>
/// <param name="KeyRequest">The key request (compact) still waiting for an answer, or null.</param>
/// <param name="Progress">Progress statements (compact) after the asked sequence, in order.</param>
/// <param name="Bundle">The result bundle (compact) of a finished job, or null.</param>
/// <param name="Failure">A code of <c>JobFailures</c> where the state is <c>failed</c>.</param>
public sealed record JobStatus(
    Sha256Digest Job,
    string State,
    string? KeyRequest,
    IReadOnlyList<string> Progress,
    string? Bundle,
    string? Failure);

/// <summary>How a job stands at its site.</summary>
public static class JobStates
{
    public const string Unknown = "unknown";
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Finished = "finished";
    public const string Failed = "failed";

    public static IReadOnlyList<string> All { get; } = [Unknown, Queued, Running, Finished, Failed];
}

/// <summary>Part of a file as the frame's body.</summary>
/// <param name="Bytes">Length of the whole.</param>
public sealed record Chunk(long Offset, long Bytes) : AgentAnswer;

public sealed record Done : AgentAnswer;

/// <param name="Receipt">The purge receipt statement, compact.</param>
public sealed record Purged(string Receipt) : AgentAnswer;

/// <summary>The request was understood and refused.</summary>
/// <param name="Code">One of <see cref="AgentRefusals"/>.</param>
/// <param name="Sentence">The reason in words; for the site's admin and the broker's log, no free text from inside a job.</param>
public sealed record Refused(string Code, string Sentence) : AgentAnswer;

/// <summary>The closed list of refusals.</summary>
public static class AgentRefusals
{
    public const string BadRequest = "bad-request";
    public const string Protocol = "protocol";
    public const string KillSwitch = "kill-switch";
    public const string UnknownGateway = "unknown-gateway";
    public const string UnknownBroker = "unknown-broker";
    public const string BadStatement = "bad-statement";
    public const string OtherSite = "other-site";
    public const string OtherJob = "other-job";
    public const string Expired = "expired";
    public const string TrainerNotHere = "trainer-not-here";
    public const string WeightsNotHere = "weights-not-here";
    public const string PurposeNotHere = "purpose-not-here";
    public const string OverCap = "over-cap";
    public const string IsolationUnavailable = "isolation-unavailable";
    public const string DigestMismatch = "digest-mismatch";
    public const string WrongOffset = "wrong-offset";
    public const string NotStaged = "not-staged";
    public const string UnknownJob = "unknown-job";
    public const string NotFinished = "not-finished";
    public const string Storage = "storage";

    public static IReadOnlyList<string> All { get; } =
    [
        BadRequest, Protocol, KillSwitch, UnknownGateway, UnknownBroker, BadStatement, OtherSite, OtherJob, Expired, TrainerNotHere, WeightsNotHere,
        PurposeNotHere, OverCap, IsolationUnavailable, DigestMismatch, WrongOffset, NotStaged, UnknownJob, NotFinished, Storage,
    ];
}
