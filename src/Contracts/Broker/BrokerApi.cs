using System.Text.Json;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Jobs;
using Scanlock.Contracts.Searches;

namespace Scanlock.Contracts.Broker;

/// <summary>An experiment as a researcher writes it: where, on what, why, and the trial.</summary>
/// <param name="Name">For people.</param>
/// <param name="Gateway">The gateway's name in the broker's configuration.</param>
/// <param name="Version">Dataset version, or null for the latest.</param>
/// <param name="Trainer">Digest of the trainer, or null for the one the site offers.</param>
/// <param name="Trial">The trial spec, as <c>Trials.TrialSpec</c> reads it; where there is a search, what its trials have in common.</param>
/// <param name="Bounds">Bounds of the permit to ask for, or null for just these trials' own.</param>
/// <param name="Search">How it becomes many trials; null for one.</param>
public sealed record ExperimentSpec(
    int V,
    string Name,
    string Gateway,
    string Dataset,
    int? Version,
    string Project,
    Purpose Purpose,
    string Site,
    Sha256Digest? Trainer,
    JsonElement Trial,
    long Seed,
    JobResources Resources,
    SpecBounds? Bounds,
    SearchSpec? Search = null) : IVersioned;

/// <summary>Hands in an experiment.</summary>
/// <param name="Id">A UUID chosen by the client; handing in the same twice makes one.</param>
/// <param name="GatewayToken">The person's own token for that gateway, scopes <c>request</c> and <c>read</c>; used at once, never kept.</param>
public sealed record SubmitExperiment(string Id, ExperimentSpec Spec, string GatewayToken);

/// <param name="Permit">The id of the request for access at the gateway, and of the permit; of an earlier experiment where its bounds hold this one too.</param>
/// <param name="Counts">Trials by state, of those states that have some.</param>
/// <param name="Trials">All of them, or none in a list of experiments where they are many.</param>
/// <param name="Request">How that request stands: one of <c>RequestStates</c>.</param>
public sealed record ExperimentView(
    string Id,
    string Name,
    string Gateway,
    string Dataset,
    string Site,
    string State,
    string Permit,
    string Request,
    IReadOnlyList<Reason> Reasons,
    IReadOnlyDictionary<string, int> Counts,
    IReadOnlyList<TrialView> Trials,
    DateTimeOffset At);

/// <param name="Choices">What the experiment's search chose for it, by path of the spec.</param>
/// <param name="State">One of <see cref="TrialStates"/>.</param>
/// <param name="Reused">The earlier trial, of the same spec and seed on the same data, whose results these are; null where it runs itself.</param>
/// <param name="Job">Digest of the job statement once there is one.</param>
/// <param name="Model">How the model stands at the gateway: <c>held</c>, <c>review</c>, <c>released</c>, <c>refused</c>, or null.</param>
public sealed record TrialView(
    string Id,
    string Experiment,
    IReadOnlyDictionary<string, JsonElement> Choices,
    string State,
    string? Reused,
    string? Job,
    string? Failure,
    string? Explanation,
    StagingView? Staging,
    IReadOnlyList<ProgressView> Progress,
    JsonElement? Metrics,
    string? Model,
    DateTimeOffset At);

/// <summary>Staging so far, bytes of ciphertext.</summary>
/// <param name="Shared">Bytes that were at the site already.</param>
public sealed record StagingView(long Total, long Sent, long Shared);

public sealed record ProgressView(int Sequence, int Epoch, int Step, IReadOnlyDictionary<string, double> Values);

/// <summary>States of a trial, in the order of the one path.</summary>
public static class TrialStates
{
    public const string WaitingApproval = "waiting-approval";
    public const string Staging = "staging";
    public const string Submitting = "submitting";
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Collecting = "collecting";
    public const string Purging = "purging";
    public const string Finished = "finished";
    public const string Failed = "failed";
    public const string Refused = "refused";
    public const string Cancelled = "cancelled";

    /// <summary>By its search, as not worth going on with.</summary>
    public const string Stopped = "stopped";

    public static IReadOnlyList<string> All { get; } =
        [WaitingApproval, Staging, Submitting, Queued, Running, Collecting, Purging, Finished, Failed, Refused, Cancelled, Stopped];
}

/// <summary>Asks the gateway, in the person's name, for the models of these trials.</summary>
public sealed record ReleaseModels(IReadOnlyList<string> Trials, string GatewayToken);

public sealed record SiteView(string Name, string State, string? Problem, IReadOnlyList<Sha256Digest> Trainers, IReadOnlyList<string> Isolation);

/// <param name="Gateway">Its name.</param>
/// <param name="Url">Where it answers.</param>
public sealed record KnownGateway(string Gateway, string Url);

/// <summary>Paths of the broker's API.</summary>
public static class BrokerRoutes
{
    public const string Health = "/healthz";
    public const string Experiments = "/api/v1/experiments";
    public const string Experiment = "/api/v1/experiments/{experiment}";
    public const string Cancel = "/api/v1/experiments/{experiment}/cancel";
    public const string Release = "/api/v1/experiments/{experiment}/release";
    public const string Trial = "/api/v1/trials/{trial}";
    public const string Metrics = "/api/v1/trials/{trial}/metrics";
    public const string Model = "/api/v1/trials/{trial}/model";
    public const string Sites = "/api/v1/sites";
    public const string Gateways = "/api/v1/gateways";
}
