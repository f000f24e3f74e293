using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Gateway.Auditing;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Uploads;

/// <summary>
/// Upload tokens: 256 random bits that send into one dataset and can do nothing else, until they expire or are revoked. The gateway keeps
/// their SHA-256 only, which needs no salt: nobody guesses such a token from it.
/// </summary>
internal sealed class UploadTokens(IDbContextFactory<GatewayDb> databases, UploadReads reads, AuditedActs acts, TimeProvider time)
{
    public const string Prefix = "slu_";
    private const int SecretBytes = 32;
    private const int SecretLength = 47;
    private const int UsualDays = 90;
    private const int MostDays = 365;
    private const int LongestName = 80;

    /// <summary>How exactly the last use is kept.</summary>
    private static readonly TimeSpan s_useStep = TimeSpan.FromMinutes(1);

    public async Task<Outcome<CreatedUploadToken>> CreateAsync(string dataset, CreateUploadToken asked, Person steward, CancellationToken cancellationToken)
    {
        var attempt = Attempt.At(Acts.TokenCreate, Actors.Of(steward), ("dataset", dataset));
        return await acts.PerformAsync<CreatedUploadToken>(
            attempt,
            async (db, token) =>
            {
                var found = await db.FindManagedAsync(dataset, steward, token);
                if (found.IsRefused)
                {
                    return Decided.Nothing<Outcome<CreatedUploadToken>>(found.Refusal);
                }

                if (FaultOf(asked) is { } fault)
                {
                    return Decided.Nothing<Outcome<CreatedUploadToken>>(new Refusal.Invalid("The token cannot be made.", fault));
                }

                var secret = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
                var row = NewRow(dataset, asked, secret, steward, time.GetUtcNow());
                db.UploadTokens.Add(row);
                return Decided.As<Outcome<CreatedUploadToken>>(new CreatedUploadToken(ViewOf(row), secret), EntryOf(Acts.TokenCreate, row, steward));
            },
            cancellationToken);
    }

    public async Task<Outcome<IReadOnlyList<UploadTokenView>>> ListAsync(string dataset, Person steward, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal;
        }

        var rows = await db.UploadTokens.AsNoTracking().Where(row => row.Dataset == dataset).OrderBy(row => row.CreatedAt).ToListAsync(cancellationToken);
        return Outcome<IReadOnlyList<UploadTokenView>>.Of([.. rows.Select(ViewOf)]);
    }

    /// <summary>Ends a token at once; of a request under way, the next object already is refused.</summary>
    public Task<Outcome<UploadTokenView>> RevokeAsync(string dataset, string id, Person steward, CancellationToken cancellationToken) =>
        acts.PerformAsync<UploadTokenView>(
            Attempt.At(Acts.TokenRevoke, Actors.Of(steward), ("dataset", dataset), ("token", id)),
            async (db, token) =>
            {
                var found = await FindAsync(db, dataset, id, steward, token);
                if (found.IsRefused)
                {
                    return Decided.Nothing<Outcome<UploadTokenView>>(found.Refusal);
                }

                if (found.Value.RevokedAt is not null)
                {
                    return Decided.Repeated<Outcome<UploadTokenView>>(ViewOf(found.Value));
                }

                found.Value.RevokedAt = time.GetUtcNow();
                return Decided.As<Outcome<UploadTokenView>>(ViewOf(found.Value), EntryOf(Acts.TokenRevoke, found.Value, steward));
            },
            cancellationToken);

    /// <summary>The usable token this is, if it is one; its use is noted.</summary>
    public async Task<KnownToken?> FindBySecretAsync(string secret, CancellationToken cancellationToken)
    {
        if (secret.Length != SecretLength || !secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var hash = HashOf(secret);
        var now = time.GetUtcNow();
        var row = reads.TokenByHash(hash);

        // The index has compared hashes already, and told nothing by it: nobody can choose a token whose hash comes close.
        if (row is null || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(row.Hash), Encoding.ASCII.GetBytes(hash)) || !IsUsable(row, now))
        {
            return null;
        }

        if (row.LastUsedAt is null || now - row.LastUsedAt >= s_useStep)
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            await db.UploadTokens.Where(token => token.Id == row.Id).ExecuteUpdateAsync(set => set.SetProperty(token => token.LastUsedAt, now), cancellationToken);
        }

        return row;
    }

    /// <summary>Whether a token that was good when its request began still is.</summary>
    public bool IsStillUsable(string id) => reads.TokenById(id) is { } row && IsUsable(row, time.GetUtcNow());

    /// <summary>The token, usable or not, if this steward answers for its dataset.</summary>
    public static async Task<Outcome<UploadTokenRow>> FindAsync(GatewayDb db, string dataset, string id, Person steward, CancellationToken cancellationToken)
    {
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal;
        }

        return await db.UploadTokens.SingleOrDefaultAsync(row => row.Id == id && row.Dataset == dataset, cancellationToken) is { } row
            ? row
            : new Refusal.Unknown($"The dataset '{dataset}' has no upload token '{DatasetLookup.Shown(id)}'.");
    }

    public static Entry EntryOf(string act, UploadTokenRow row, Person steward) => new(act, Actors.Of(steward))
    {
        Subjects = new Dictionary<string, string>(StringComparer.Ordinal) { ["dataset"] = row.Dataset, ["token"] = row.Id },
    };

    private static bool IsUsable(KnownToken row, DateTimeOffset now) => row.RevokedAt is null && row.ExpiresAt > now;

    private static string HashOf(string secret) => Sha256Digest.Of(Encoding.UTF8.GetBytes(secret)).ToString();

    private static List<string>? FaultOf(CreateUploadToken asked)
    {
        var faults = new List<string>();
        if (asked.Name.Length is 0 or > LongestName || asked.Name.Any(char.IsControl))
        {
            faults.Add($"name: must have 1 to {LongestName} characters");
        }

        if (asked.Days is < 1 or > MostDays)
        {
            faults.Add($"days: must be 1 to {MostDays}");
        }

        return faults.Count > 0 ? faults : null;
    }

    private static UploadTokenRow NewRow(string dataset, CreateUploadToken asked, string secret, Person steward, DateTimeOffset now) => new()
    {
        Id = Guid.NewGuid().ToString(),
        Dataset = dataset,
        Name = asked.Name,
        Hash = HashOf(secret),
        CreatedBy = Actors.Of(steward),
        CreatedAt = now,
        ExpiresAt = now.AddDays(asked.Days ?? UsualDays),
    };

    private UploadTokenView ViewOf(UploadTokenRow row)
    {
        var state = row.RevokedAt is not null ? UploadTokenStates.Revoked : row.ExpiresAt > time.GetUtcNow() ? UploadTokenStates.Active : UploadTokenStates.Expired;
        return new(row.Id, row.Dataset, row.Name, state, row.CreatedBy, row.CreatedAt, row.ExpiresAt, row.RevokedAt, row.LastUsedAt);
    }
}
