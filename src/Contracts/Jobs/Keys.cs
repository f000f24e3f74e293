namespace Scanlock.Contracts.Jobs;

/// <summary>A running job asks for the keys to its data (P5); signed by the agent.</summary>
/// <param name="Job">Digest of the job statement.</param>
/// <param name="Permit">Digest of the permit statement.</param>
/// <param name="PublicKey">The key holder's X25519 public key, 32 bytes, base64; its private half lives in the job's memory only.</param>
/// <param name="Trainer">Digest of the trainer as measured in the job's own copy.</param>
/// <param name="Runtime">Digest of shim and libtorch as measured.</param>
/// <param name="Isolation">The way of isolation in force, such as <c>bubblewrap</c>.</param>
/// <param name="Sequence">0 at the start; 1, 2, ... for renewals of the lease, which carry the same public key.</param>
/// <param name="Attestation">A hardware attestation report, base64, where the node can give one.</param>
public sealed record KeyRequest(
    int V,
    Sha256Digest Job,
    Sha256Digest Permit,
    string PublicKey,
    Sha256Digest Trainer,
    Sha256Digest Runtime,
    string Node,
    string Isolation,
    int Sequence,
    string? Attestation,
    DateTimeOffset At) : IVersioned;

/// <summary>The gateway's answer: a lease. Dropped when over 60 s old by the job's own clock.</summary>
/// <param name="Request">Digest of the key request it answers.</param>
/// <param name="Headers">Crypt4GH headers for the request's public key; empty in a renewal.</param>
/// <param name="LeaseSeconds">The lease's length, counted by the job's own clock from when it signed the request.</param>
public sealed record KeyRelease(
    int V,
    Sha256Digest Request,
    IReadOnlyList<PartHeader> Headers,
    int LeaseSeconds,
    DateTimeOffset At) : IVersioned;

/// <param name="Part">The manifest part.</param>
/// <param name="Header">A Crypt4GH header, base64.</param>
public sealed record PartHeader(string Part, string Header);
