using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Datasets;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Signing;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Brokers;

/// <summary>What a broker may fetch: permits, and the ciphertexts they are for (P1).</summary>
internal sealed class PartServing(
    IDbContextFactory<GatewayDb> databases, AuditedActs acts, Alterations alterations, GatewayKeys keys, IBlobStore blobs, TimeProvider time)
{
    public async Task<Outcome<PermitView>> PermitAsync(string id, string broker, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var request = await db.Requests.SingleOrDefaultAsync(row => row.Id == id && row.Kind == RequestKinds.Access, cancellationToken);
        if (request is null)
        {
            return new Refusal.Unknown($"There is no request for access '{DatasetLookup.Shown(id)}'.");
        }

        if (PermitHolder.Fault(request, broker) is { } fault)
        {
            return Held(request, fault);
        }

        var state = RequestViews.StateOf(request, time.GetUtcNow());
        var open = state == RequestStates.Allowed && !await IsWithdrawnAsync(db, request.Dataset, cancellationToken);
        if (open && request.Broker is null)
        {
            // One statement decides between two that ask at once.
            await db.Requests.Where(row => row.Id == id && row.Broker == null)
                .ExecuteUpdateAsync(row => row.SetProperty(held => held.Broker, broker), cancellationToken);
            await db.Entry(request).ReloadAsync(cancellationToken);
            if (PermitHolder.Fault(request, broker) is { } late)
            {
                return Held(request, late);
            }
        }

        var version = open ? await db.VersionAsync(request.Dataset, request.Version, cancellationToken) : null;
        return new PermitView(state, Json.Reasons(request.Reasons), open ? request.Permit : null, version?.Manifest);
    }

    private static Refusal.Denied Held(RequestRow request, Reason fault) =>
        new($"The permit of request {request.Id} is not handed out: {fault.Sentence}.", [fault]);

    /// <summary>
    /// The part, checked while it is read. The first time that a permit fetches a part is logged before its first byte is given.
    /// </summary>
    public async Task<Outcome<ServedPart>> OpenAsync(string dataset, int version, string part, string permit, string broker, CancellationToken cancellationToken)
    {
        var found = await acts.PerformAsync(
            Attempt.At(Acts.PartServe, Actors.Broker(broker), ("dataset", dataset), ("part", part), ("request", permit)),
            (db, token) => AdmitAsync(db, dataset, version, part, permit, broker, token),
            cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal;
        }

        var content = await blobs.OpenReadAsync(BlobNames.Body(dataset, found.Value.Id), cancellationToken);
        if (content is null)
        {
            await ReportAlteredAsync(dataset, found.Value, permit);
            return new Refusal.Broken($"The stored ciphertext of '{part}' of '{dataset}' is gone.");
        }

        return new ServedPart(found.Value, new CheckedBlobStream(content, found.Value.Ciphertext, found.Value.CiphertextBytes));
    }

    /// <summary>Puts on record that the store holds something else than was sealed.</summary>
    public Task ReportAlteredAsync(string dataset, ManifestPart part, string permit) =>
        alterations.ReportAsync(part.Id, part.Ciphertext, ("dataset", dataset), ("request", permit));

    private async Task<Decided<Outcome<ManifestPart>>> AdmitAsync(
        GatewayDb db, string dataset, int version, string part, string permit, string broker, CancellationToken cancellationToken)
    {
        var request = await db.Requests.SingleOrDefaultAsync(row => row.Id == permit, cancellationToken);
        if (await FaultOfAsync(db, request, dataset, version, broker, cancellationToken) is { } fault)
        {
            var reason = new Reason(fault.Rule, 0, "deny", fault.Sentence);
            var refusal = new Entry(Acts.PartServe, Actors.Broker(broker))
            {
                Subjects = Subjects(DatasetLookup.Shown(dataset), DatasetLookup.Shown(part), DatasetLookup.Shown(permit)), Decision = "deny", Reasons = [reason],
            };
            return Decided.As<Outcome<ManifestPart>>(new Refusal.Denied($"Nothing of '{DatasetLookup.Shown(dataset)}' is served: {fault.Sentence}.", [reason]), refusal);
        }

        var row = await db.VersionAsync(dataset, version, cancellationToken);
        var found = StatementKinds.Manifest.Verify(row!.Manifest, keys.Statement.Public).Value.Parts().FirstOrDefault(candidate => candidate.Id == part);
        if (found is null)
        {
            return Decided.Nothing<Outcome<ManifestPart>>(new Refusal.Unknown($"Version {version} of '{dataset}' has no part '{DatasetLookup.Shown(part)}'."));
        }

        if (await db.ServedParts.AnyAsync(served => served.Request == permit && served.Part == part, cancellationToken))
        {
            return Decided.Nothing<Outcome<ManifestPart>>(found);
        }

        request!.Broker ??= broker;
        db.ServedParts.Add(new() { Request = permit, Part = part, At = time.GetUtcNow() });
        return Decided.As<Outcome<ManifestPart>>(found, new Entry(Acts.PartServe, Actors.Broker(broker))
        {
            Subjects = Subjects(dataset, part, permit),
            Decision = "allow",
            Digests = new Dictionary<string, Sha256Digest>(StringComparer.Ordinal) { ["ciphertext"] = found.Ciphertext },
            Counts = new Dictionary<string, long>(StringComparer.Ordinal) { ["bytes"] = found.CiphertextBytes },
        });
    }

    private async Task<(string Rule, string Sentence)?> FaultOfAsync(
        GatewayDb db, RequestRow? request, string dataset, int version, string broker, CancellationToken cancellationToken)
    {
        if (request?.Permit is null || request.Dataset != dataset || request.Version != version)
        {
            return ("permit", $"there is no permit by that name for version {version} of it");
        }

        if (PermitHolder.Fault(request, broker) is { } held)
        {
            return (held.Rule, held.Sentence);
        }

        var state = RequestViews.StateOf(request, time.GetUtcNow());
        if (state != RequestStates.Allowed)
        {
            return (state, $"the permit is {state}");
        }

        return await IsWithdrawnAsync(db, dataset, cancellationToken) ? ("withdrawn", "the dataset was withdrawn") : null;
    }

    private static Task<bool> IsWithdrawnAsync(GatewayDb db, string dataset, CancellationToken cancellationToken) =>
        db.Datasets.AnyAsync(row => row.Name == dataset && row.State == DatasetStates.Withdrawn, cancellationToken);

    private static Dictionary<string, string> Subjects(string dataset, string part, string permit) =>
        new(StringComparer.Ordinal) { ["dataset"] = dataset, ["part"] = part, ["request"] = permit };
}

/// <summary>A part about to be served; the stream breaks off where the store holds something else.</summary>
internal sealed record ServedPart(ManifestPart Part, Stream Content);
