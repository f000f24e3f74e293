using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Datasets.Uploads;
using Scanlock.Gateway.Storage;
using Scanlock.Gateway.Storage.Blobs;

namespace Scanlock.Gateway.Datasets.Quarantine;

/// <summary>
/// Releases or deletes what is kept apart: (1) one act decides, and is in the log with a digest of the objects' ids; (2) its rows change in one
/// transaction, which notes the blobs that are to go; (3) those go. A crash before (2) leaves all as it was and the entry abandoned, one before
/// (3) leaves that to the next start.
/// </summary>
internal sealed class QuarantineDecision(AuditedActs acts, DiscardedBlobs discarded, TimeProvider time)
{
    /// <summary>Most objects one decision may name.</summary>
    public const int MostNamed = 1000;

    /// <summary>Most objects a refusal names.</summary>
    private const int MostTold = 10;

    public Task<Outcome<QuarantineDecided>> ReleaseAsync(string dataset, QuarantineChoice choice, Person steward, CancellationToken cancellationToken) =>
        DecideAsync(dataset, choice, Acts.QuarantineRelease, QuarantineDecisions.Released, steward, cancellationToken);

    public async Task<Outcome<QuarantineDecided>> DeleteAsync(string dataset, QuarantineChoice choice, Person steward, CancellationToken cancellationToken)
    {
        var deleted = await DecideAsync(dataset, choice, Acts.QuarantineDelete, QuarantineDecisions.Deleted, steward, cancellationToken);
        if (!deleted.IsRefused)
        {
            await discarded.DestroyAsync(CancellationToken.None);
        }

        return deleted;
    }

    private Task<Outcome<QuarantineDecided>> DecideAsync(
        string dataset, QuarantineChoice choice, string act, string decision, Person steward, CancellationToken cancellationToken) =>
        acts.PerformAsync(
            Attempt.At(act, Actors.Of(steward), ("dataset", dataset)),
            async (db, token) =>
            {
                var found = await db.FindManagedAsync(dataset, steward, token);
                if (found.IsRefused)
                {
                    return Decided.Nothing<Outcome<QuarantineDecided>>(found.Refusal);
                }

                var chosen = await ChooseAsync(db, dataset, choice, decision, token);
                if (chosen.IsRefused)
                {
                    return Decided.Nothing<Outcome<QuarantineDecided>>(chosen.Refusal);
                }

                var (rows, left) = chosen.Value;
                if (rows.Count == 0)
                {
                    return Decided.Repeated<Outcome<QuarantineDecided>>(new QuarantineDecided(dataset, decision, 0, 0, left));
                }

                var samples = await ApplyAsync(db, rows, decision, steward, token);
                return Decided.As<Outcome<QuarantineDecided>>(
                    new QuarantineDecided(dataset, decision, rows.Count, samples, left), EntryOf(act, found.Value, choice, rows, samples, steward));
            },
            cancellationToken);

    /// <summary>The rows a decision changes, and how many of those asked for it leaves because they hold no sample.</summary>
    private static async Task<Outcome<(List<QuarantineRow> Rows, int Left)>> ChooseAsync(
        GatewayDb db, string dataset, QuarantineChoice choice, string decision, CancellationToken cancellationToken)
    {
        if (FaultOf(choice) is { } fault)
        {
            return new Refusal.Invalid("Nothing was decided.", fault);
        }

        if (choice.Objects is { } names)
        {
            return await ChooseNamedAsync(db, dataset, names, decision, cancellationToken);
        }

        var held = await db.Quarantine.Where(row => row.Dataset == dataset && row.Decision == null && (choice.All || row.Code == choice.Code)).ToListAsync(cancellationToken);
        var able = held.FindAll(row => decision == QuarantineDecisions.Deleted || row.Samples > 0);
        return able.Count == 0 && held.Count > 0
            ? NothingIn(held)
            : (able, held.Count - able.Count);
    }

    private static async Task<Outcome<(List<QuarantineRow> Rows, int Left)>> ChooseNamedAsync(
        GatewayDb db, string dataset, IReadOnlyList<string> names, string decision, CancellationToken cancellationToken)
    {
        var rows = await db.Quarantine.Where(row => row.Dataset == dataset && names.Contains(row.ObjectKey)).ToListAsync(cancellationToken);
        var unknown = names.Except(rows.Select(row => row.ObjectKey), StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            return new Refusal.Unknown($"The quarantine of '{dataset}' holds no object {Told(unknown.Select(name => DatasetLookup.Shown(name)).ToList())}; nothing was decided.");
        }

        var otherwise = rows.FindAll(row => row.Decision is not null && row.Decision != decision);
        if (otherwise.Count > 0)
        {
            var keys = Told(otherwise.ConvertAll(row => row.ObjectKey));
            return new Refusal.Conflict(decision == QuarantineDecisions.Released
                ? $"Object {keys} was deleted already, and can only be sent again; nothing was decided."
                : $"Object {keys} was released already, so it is in the quarantine no more; nothing was decided.");
        }

        var open = rows.FindAll(row => row.Decision is null);
        var empty = decision == QuarantineDecisions.Released ? open.FindAll(row => row.Samples == 0) : [];
        return empty.Count > 0 ? NothingIn(empty) : (open, 0);
    }

    private static Refusal.Conflict NothingIn(List<QuarantineRow> rows) =>
        new($"There is nothing in object {Told(rows.ConvertAll(row => row.ObjectKey))} that could be a sample, so it cannot be released; it can only be deleted. Nothing was decided.");

    private static string Told(List<string> names) =>
        string.Join(", ", names.Take(MostTold)) + (names.Count > MostTold ? $" and {names.Count - MostTold} more" : "");

    private static string? FaultOf(QuarantineChoice choice)
    {
        var ways = (choice.Objects is null ? 0 : 1) + (choice.Code is null ? 0 : 1) + (choice.All ? 1 : 0);
        return ways != 1 ? "objects, code, all: just one of the three must be given"
            : choice.Objects is { Count: 0 or > MostNamed } ? $"objects: there must be 1 to {MostNamed}"
            : choice.Code is { } code && QuarantineList.ReasonOf(code) is null ? $"code: must be one of {string.Join(", ", QuarantineList.Codes)}"
            : null;
    }

    /// <summary>How many samples the decision is about.</summary>
    private async Task<int> ApplyAsync(GatewayDb db, List<QuarantineRow> rows, string decision, Person steward, CancellationToken cancellationToken)
    {
        var dataset = rows[0].Dataset;
        var keys = rows.Select(row => row.ObjectKey).ToHashSet(StringComparer.Ordinal);
        var samples = (await db.Samples.Where(sample => sample.Dataset == dataset && sample.Quarantined).ToListAsync(cancellationToken))
            .FindAll(sample => keys.Contains(sample.ObjectKey));
        if (decision == QuarantineDecisions.Released)
        {
            samples.ForEach(sample => sample.Quarantined = false);
        }
        else
        {
            await SampleRemoval.RemoveAsync(db, dataset, samples, cancellationToken);
        }

        foreach (var row in rows)
        {
            (row.Decision, row.DecidedBy, row.DecidedAt) = (decision, Actors.Of(steward), time.GetUtcNow());
        }

        return samples.Count;
    }

    private static Entry EntryOf(string act, DatasetRow dataset, QuarantineChoice choice, List<QuarantineRow> rows, int samples, Person steward)
    {
        var subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = dataset.Name };
        if (rows is [var only])
        {
            subjects["object"] = only.ObjectKey;
        }

        if (choice.Code is { } code)
        {
            subjects["code"] = code;
        }

        var ids = string.Join('\n', rows.Select(row => row.ObjectKey).Order(StringComparer.Ordinal));
        return new(act, Actors.Of(steward))
        {
            Subjects = subjects,
            PolicyRevision = dataset.PolicyRevision,
            Digests = new Dictionary<string, Sha256Digest>(StringComparer.Ordinal) { ["objects"] = Sha256Digest.Of(System.Text.Encoding.ASCII.GetBytes(ids)) },
            Counts = rows.GroupBy(row => row.Code, StringComparer.Ordinal)
                .Select(group => (Name: $"objects_{group.Key}", Count: (long)group.Count()))
                .Append(("objects", rows.Count)).Append(("samples", samples))
                .ToDictionary(count => count.Name, count => count.Count, StringComparer.Ordinal),
        };
    }
}
