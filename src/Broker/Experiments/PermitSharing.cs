using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Broker.Experiments;

/// <summary>
/// Finds a request for access, made earlier by the same person for the same purpose, that holds a new experiment too: what stays inside a
/// permit's bounds needs no new approval.
/// </summary>
internal sealed class PermitSharing(IDbContextFactory<BrokerDb> databases, GatewayClient client, TimeProvider clock)
{
    /// <param name="asked">What a request of the experiment's own would ask for.</param>
    /// <param name="personToken">Shown to the gateway before anything is shared.</param>
    /// <returns>The newest such request, or null.</returns>
    public async Task<PermitRequest?> FindAsync(Person person, Gateways.Gateway gateway, AccessRequest asked, string personToken, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        string[] open = [RequestStates.Pending, RequestStates.Allowed];
        var candidates = await db.Requests.AsNoTracking()
            .Where(request => request.Issuer == person.Issuer && request.Subject == person.Subject && request.Gateway == gateway.Name
                && request.Dataset == asked.Dataset && request.Site == asked.Site && open.Contains(request.State))
            .OrderByDescending(request => request.At)
            .ToListAsync(cancellationToken);
        var alike = candidates.Where(candidate => IsAlike(candidate.Asked, asked)).ToList();
        if (alike.Count == 0 || await client.DatasetAsync(gateway, asked.Dataset, personToken, cancellationToken) is not GatewayReply<DatasetEntry>.Got(var entry))
        {
            return null;
        }

        foreach (var candidate in alike)
        {
            if (await UsedAsync(db, candidate, cancellationToken) + asked.Bounds.Trials <= candidate.Asked.Bounds.Trials
                && await HoldsAsync(db, candidate, gateway, asked.Version ?? entry.LatestVersion, cancellationToken))
            {
                return candidate;
            }
        }

        return null;
    }

    internal static bool IsAlike(AccessRequest earlier, AccessRequest asked) =>
        earlier.Project == asked.Project && earlier.Trainer == asked.Trainer && earlier.Purpose.IsSameAs(asked.Purpose) && Contains(earlier.Bounds, asked.Bounds);

    private static bool Contains(SpecBounds outer, SpecBounds inner) =>
        inner.Parameters <= outer.Parameters && inner.Epochs <= outer.Epochs && inner.ProgressValues <= outer.ProgressValues
        && !inner.InitialWeights.Except(outer.InitialWeights).Any();

    /// <summary>Trials that count against the permit, or may yet.</summary>
    private static Task<int> UsedAsync(BrokerDb db, PermitRequest request, CancellationToken cancellationToken)
    {
        TrialState[] ended = [TrialState.Failed, TrialState.Refused, TrialState.Cancelled, TrialState.Stopped];
        return db.Trials.CountAsync(
            trial => trial.Reused == null && (trial.Job != null || !ended.Contains(trial.State))
                && db.Experiments.Any(experiment => experiment.Id == trial.ExperimentId && experiment.RequestId == request.Id),
            cancellationToken);
    }

    private async Task<bool> HoldsAsync(BrokerDb db, PermitRequest candidate, Gateways.Gateway gateway, int? version, CancellationToken cancellationToken)
    {
        if (candidate.State == RequestStates.Pending)
        {
            // What "the latest" was when it was asked for only the gateway knows.
            return candidate.Asked.Version is { } asked && asked == version;
        }

        var kept = await db.Permits.AsNoTracking().SingleAsync(permit => permit.RequestId == candidate.Id, cancellationToken);
        return PermitCheck.Of(candidate, gateway, kept.Permit, kept.Manifest) is PermitCheck.Good { Permit.Value: { } permit, Manifest.Value: { } manifest }
            && permit.ExpiresAt > clock.GetUtcNow()
            && manifest.Version == version
            && await client.PermitAsync(gateway, candidate.Id, cancellationToken) is GatewayReply<PermitView>.Got({ State: RequestStates.Allowed });
    }
}
