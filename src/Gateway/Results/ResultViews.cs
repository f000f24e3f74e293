using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Access;
using Scanlock.Gateway.Datasets;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Results;

/// <summary>A file that may be handed out now.</summary>
internal sealed record OpenFile(Sha256Digest Job, string Part, GatedFile File);

/// <summary>Who sees what of results: the permit's researcher and their broker what was released, the hospital's reviewers the metrics they review.</summary>
internal sealed class ResultViews(IDbContextFactory<GatewayDb> databases)
{
    private static readonly string[] s_hospital = [Roles.Reviewer, Roles.Steward];

    public async Task<IReadOnlyList<ResultView>> ListAsync(Person person, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await VisibleTo(db, person).OrderByDescending(result => result.At).ToListAsync(cancellationToken);
        return [.. rows.Select(ViewOf)];
    }

    public async Task<Outcome<ResultView>> ShowAsync(string job, Person person, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await VisibleTo(db, person).SingleOrDefaultAsync(result => result.Job == job, cancellationToken) is { } row ? ViewOf(row) : NoSuch(job);
    }

    public async Task<Outcome<ResultView>> ShowToBrokerAsync(string job, string broker, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await FindForBrokerAsync(db, job, broker, cancellationToken) is { } row ? ViewOf(row) : NoSuch(job);
    }

    public async Task<Outcome<OpenFile>> OpenForBrokerAsync(string job, string part, string broker, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        return await FindForBrokerAsync(db, job, broker, cancellationToken) is { } row
            ? await OpenAsync(db, row, part, asReviewer: false, cancellationToken)
            : NoSuch(job);
    }

    public async Task<Outcome<OpenFile>> OpenAsync(string job, string part, Person person, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (await VisibleTo(db, person).SingleOrDefaultAsync(result => result.Job == job, cancellationToken) is not { } row)
        {
            return NoSuch(job);
        }

        var reviews = IsOfHospital(person) && await db.Datasets.AnyAsync(
            dataset => dataset.Name == row.Dataset && dataset.Steward == person.Organisation, cancellationToken);
        return await OpenAsync(db, row, part, reviews, cancellationToken);
    }

    public static ResultView ViewOf(ResultRow row) =>
        new(row.Job, row.Dataset, row.Metrics, row.Model, row.ModelFile?.Bytes, Json.Texts(row.Checks), Json.Reasons(row.Reasons));

    /// <summary>What was released; and, for those who review it, the metrics before.</summary>
    private static async Task<Outcome<OpenFile>> OpenAsync(GatewayDb db, ResultRow row, string part, bool asReviewer, CancellationToken cancellationToken)
    {
        var (state, file) = part == ResultParts.Metrics ? (row.Metrics, row.MetricsFile) : (row.Model, row.ModelFile);
        var seen = state is ResultStates.Released or ResultStates.Withheld || (asReviewer && part == ResultParts.Metrics);
        if (file is null || !seen)
        {
            var sentence = $"the {part} of this job is {state}";
            return new Refusal.Denied($"Not released: {sentence}.", [new Reason("egress", 0, "deny", sentence)]);
        }

        var withdrawn = await db.Datasets.AnyAsync(
            dataset => dataset.Name == row.Dataset && dataset.State == DatasetStates.Withdrawn, cancellationToken);
        return withdrawn
            ? new Refusal.Conflict($"The dataset '{row.Dataset}' was withdrawn, and what was stored of its results was destroyed.")
            : new OpenFile(Sha256Digest.Parse(row.Job), part, file);
    }

    private static IQueryable<ResultRow> VisibleTo(GatewayDb db, Person person)
    {
        var hospital = IsOfHospital(person);
        return db.Results.AsNoTracking().Where(result =>
            (hospital && db.Datasets.Any(dataset => dataset.Name == result.Dataset && dataset.Steward == person.Organisation))
            || db.Jobs.Any(job => job.Digest == result.Job && db.Requests.Any(request =>
                request.Id == job.Request && request.Issuer == person.Issuer && request.Subject == person.Subject)));
    }

    private static Task<ResultRow?> FindForBrokerAsync(GatewayDb db, string job, string broker, CancellationToken cancellationToken) =>
        db.Results.AsNoTracking().SingleOrDefaultAsync(
            result => result.Job == job && db.Jobs.Any(known => known.Digest == job && known.Broker == broker), cancellationToken);

    private static bool IsOfHospital(Person person) => person.Roles.Intersect(s_hospital, StringComparer.Ordinal).Any();

    private static Refusal.Unknown NoSuch(string job) => new($"There is no result of a job '{DatasetLookup.Shown(job)}' that you may see.");
}
