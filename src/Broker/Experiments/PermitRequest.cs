using System.Text.Json;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Experiments;

/// <summary>
/// A request for access at a gateway, made in a person's name, whose permit any of their experiments may use that stays inside its bounds. The
/// person's token is never part of it.
/// </summary>
/// <param name="Id">That of the experiment it was first made for.</param>
/// <param name="Issuer">With <paramref name="Subject"/>, whose it is.</param>
/// <param name="Terms">What is asked for, canonical JSON of an <see cref="AccessRequest"/> with this id.</param>
internal sealed record PermitRequest(string Id, string Issuer, string Subject, string Gateway, string Dataset, string Site, string Terms, DateTimeOffset At)
{
    /// <summary>Kept here; whether the gateway has it is not known yet.</summary>
    public const string Asking = "asking";

    /// <summary>One of <see cref="RequestStates"/> or <see cref="Asking"/>.</summary>
    public string State { get; init; } = Asking;

    /// <summary>The reasons of the gateway's decision, JSON.</summary>
    public string Reasons { get; init; } = "[]";

    /// <summary>Why the gateway cannot be asked at present, in words; or null.</summary>
    public string? Trouble { get; init; }
    public int Attempts { get; init; }
    public DateTimeOffset DueAt { get; init; }

    /// <summary>Counts writes, so that none is lost to another.</summary>
    public int Revision { get; init; }

    public AccessRequest Asked => JsonSerializer.Deserialize(Terms, ContractsJson.Strict.AccessRequest) ?? throw new InvalidOperationException("Kept terms are some.");
}

/// <summary>What the gateway signed for an allowed request; checked before it was kept.</summary>
/// <param name="Permit">The permit statement, compact.</param>
/// <param name="Manifest">The manifest statement, compact.</param>
internal sealed record KeptPermit(string RequestId, string Permit, string Manifest);
