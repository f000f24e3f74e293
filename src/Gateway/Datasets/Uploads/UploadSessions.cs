using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Keys;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Upload sessions. One entry in the log stands for a whole session, with its counts, when it closes (P7); sealing closes those that were
/// left open, so that no version ever holds an object whose session is not in the log before it.
/// </summary>
internal sealed class UploadSessions(
    IDbContextFactory<GatewayDb> databases, SessionsUnderWay underWay, AuditedActs acts, DatasetKeys keys, TimeProvider time)
{
    /// <summary>Most objects one question may name.</summary>
    private const int MostObjects = 1_000_000;

    /// <summary>A session without an object for so long was left behind by its client.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(60);

    /// <summary>How long a closing waits for objects that are on their way.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public async Task<Outcome<UploadSession>> OpenAsync(string dataset, Person steward, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return await acts.RefuseAsync<UploadSession>(
                Attempt.At(Acts.DatasetUpload, Actors.Of(steward), ("dataset", dataset)), found.Refusal, cancellationToken);
        }

        var now = time.GetUtcNow();
        var upload = new UploadRow { Id = Guid.NewGuid().ToString(), Dataset = dataset, Actor = Actors.Of(steward), OpenedAt = now, ActiveAt = now };
        db.Uploads.Add(upload);
        await db.SaveChangesAsync(cancellationToken);
        return new UploadSession(upload.Id);
    }

    /// <summary>
    /// Which of these objects need not be sent again; their digests are hashed before anything is looked up. What is kept apart is not among
    /// them, so that whoever sends it again hears why again; nor are masks, of which other regions may be asked for this time.
    /// </summary>
    public async Task<Outcome<KnownObjects>> KnownAsync(string dataset, KnownObjectsQuery query, Person steward, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal;
        }

        if (query.Objects.Count > MostObjects)
        {
            return new Refusal.Invalid($"{query.Objects.Count} objects in one question; at most {MostObjects} can be.");
        }

        var hashes = keys.Open(dataset);
        var held = (await db.Samples.Where(sample => sample.Dataset == dataset && !sample.Quarantined).Select(sample => sample.ObjectKey).Distinct().ToListAsync(cancellationToken))
            .ToHashSet(StringComparer.Ordinal);
        return new KnownObjects([.. Enumerable.Range(0, query.Objects.Count).Where(i => held.Contains(hashes.ObjectKey(query.Objects[i])))]);
    }

    /// <summary>Closes a session once nothing is on its way in it any more: what a client broke off may be a moment longer than the client.</summary>
    public async Task<Outcome<UploadReport>> CloseAsync(string dataset, string upload, Person steward, CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        while (underWay.IsBusy(upload) && Stopwatch.GetElapsedTime(began) < s_patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        }

        return await acts.PerformAsync<UploadReport>(
            Attempt.At(Acts.DatasetUpload, Actors.Of(steward), ("dataset", dataset), ("upload", upload)),
            async (db, token) =>
            {
                var found = await FindAsync(db, dataset, upload, steward, token);
                if (found.IsRefused)
                {
                    return Decided.Nothing<Outcome<UploadReport>>(found.Refusal);
                }

                if (found.Value.ClosedAt is null && !underWay.TryRetire([upload]))
                {
                    return Decided.Nothing<Outcome<UploadReport>>(
                        new Refusal.Conflict($"Objects are still on their way in upload {upload}; close it when they have come."));
                }

                var report = await ReportAsync(db, found.Value, token);
                return found.Value.ClosedAt is not null
                    ? Decided.Nothing<Outcome<UploadReport>>(report)
                    : Decided.As<Outcome<UploadReport>>(report, Close(found.Value, report, Actors.Of(steward), time.GetUtcNow()));
            },
            cancellationToken);
    }

    /// <summary>The session, open or closed, if this steward may use it.</summary>
    public static async Task<Outcome<UploadRow>> FindAsync(GatewayDb db, string dataset, string upload, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal;
        }

        return await db.Uploads.SingleOrDefaultAsync(row => row.Id == upload && row.Dataset == dataset, cancellationToken) is { } row
            ? row
            : new Refusal.Unknown($"The dataset '{dataset}' has no upload '{DatasetLookup.Shown(upload)}'.");
    }

    /// <summary>
    /// Closes the sessions of a dataset that is to be sealed, each with its entry; refused while one is still in use that its client has to
    /// close, and then none of them is any the worse. Rolling ones close at once, but those into which objects are on their way: they stay
    /// open, and their samples out of the version.
    /// </summary>
    public async Task<Outcome<List<Entry>>> CloseForSealingAsync(GatewayDb db, DatasetRow dataset, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var open = await db.Uploads.Where(row => row.Dataset == dataset.Name && row.ClosedAt == null).ToListAsync(cancellationToken);
        var named = open.FindAll(upload => !upload.Rolling);
        if (named.Find(upload => now - upload.ActiveAt < s_idle || underWay.IsBusy(upload.Id)) is { } used)
        {
            return new Refusal.Conflict($"Upload {used.Id} of '{dataset.Name}' is still open; close it, or wait until it was idle for {s_idle.TotalSeconds:0} s.");
        }

        if (!underWay.TryRetire([.. named.Select(upload => upload.Id)]))
        {
            return new Refusal.Conflict($"Objects have begun to come into '{dataset.Name}' again; try again when they have come.");
        }

        var entries = new List<Entry>();
        foreach (var upload in open)
        {
            if (underWay.Retire(upload.Id))
            {
                entries.Add(await CloseAsync(db, upload, Actors.Gateway, now, cancellationToken));
            }
        }

        return entries;
    }

    /// <summary>Closes one session; its entry, with its counts.</summary>
    public static async Task<Entry> CloseAsync(GatewayDb db, UploadRow upload, string actor, DateTimeOffset now, CancellationToken cancellationToken) =>
        Close(upload, await ReportAsync(db, upload, cancellationToken), actor, now);

    private static Entry Close(UploadRow upload, UploadReport report, string actor, DateTimeOffset now)
    {
        upload.ClosedAt = now;
        var counts = report.Refused.Select(refused => (Name: $"refused_{refused.Key}", refused.Value))
            .Concat(report.Quarantined.Select(kept => (Name: $"quarantined_{kept.Key}", kept.Value)))
            .ToDictionary(count => count.Name, count => (long)count.Value, StringComparer.Ordinal);
        counts["stored"] = report.Stored;
        counts["duplicates"] = report.Duplicates;
        return new(Acts.DatasetUpload, actor)
        {
            Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = upload.Dataset, ["upload"] = upload.Id, ["by"] = upload.Actor },
            Counts = counts,
        };
    }

    private static async Task<UploadReport> ReportAsync(GatewayDb db, UploadRow upload, CancellationToken cancellationToken)
    {
        var outcomes = await db.UploadObjects.Where(row => row.Upload == upload.Id)
            .GroupBy(row => new { row.Outcome, row.Code })
            .Select(group => new { group.Key.Outcome, group.Key.Code, Count = group.Count() })
            .ToListAsync(cancellationToken);
        return new(
            upload.Id,
            outcomes.Where(outcome => outcome.Outcome == UploadOutcomes.Stored).Sum(outcome => outcome.Count),
            outcomes.Where(outcome => outcome.Outcome == UploadOutcomes.Duplicate).Sum(outcome => outcome.Count),
            Coded(UploadOutcomes.Quarantined),
            Coded(UploadOutcomes.Refused));

        Dictionary<string, int> Coded(string kind) =>
            outcomes.Where(outcome => outcome.Outcome == kind).ToDictionary(outcome => outcome.Code!, outcome => outcome.Count, StringComparer.Ordinal);
    }
}

/// <summary>What can become of one object.</summary>
internal static class UploadOutcomes
{
    public const string Stored = "stored";
    public const string Duplicate = "duplicate";
    public const string Quarantined = "quarantined";
    public const string Refused = "refused";
}
