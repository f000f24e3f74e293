using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts;
using Scanlock.Contracts.Access;
using Scanlock.Contracts.Gateway;
using Scanlock.Contracts.Intake;
using Scanlock.Gateway.Storage;

namespace Scanlock.Gateway.Datasets.Quarantine;

/// <summary>What of a dataset is kept apart, and why: never what is in it, neither pixels nor text.</summary>
internal sealed class QuarantineList(IDbContextFactory<GatewayDb> databases)
{
    public const int MaxPage = 1000;
    private const int UsualPage = 100;

    /// <param name="code">Only those kept apart for this reason, or null.</param>
    /// <param name="after">The <c>next</c> of the page before, or null for the first.</param>
    public async Task<Outcome<QuarantinePage>> ListAsync(
        string dataset, string? code, string? after, int? limit, Person steward, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var found = await db.FindManagedAsync(dataset, steward, cancellationToken);
        if (found.IsRefused)
        {
            return found.Refusal;
        }

        if (FaultOf(code, after, limit) is { } fault)
        {
            return new Refusal.Invalid($"The quarantine of '{dataset}' cannot be listed so.", fault);
        }

        var held = db.Quarantine.AsNoTracking().Where(row => row.Dataset == dataset && row.Decision == null);
        var counts = await held.GroupBy(row => row.Code).Select(group => new { Code = group.Key, Count = group.Count() }).ToListAsync(cancellationToken);
        var take = limit ?? UsualPage;
        var rows = await PageAsync(held, db, code, Place.TryParse(after), take + 1, cancellationToken);
        return new QuarantinePage(
            dataset,
            counts.Sum(count => count.Count),
            counts.OrderBy(count => count.Code, StringComparer.Ordinal).ToDictionary(count => count.Code, count => count.Count, StringComparer.Ordinal),
            [.. rows.Take(take).Select(row => ViewOf(row.Kept, row.Token))],
            rows.Count > take ? Place.Of(rows[take - 1].Kept).ToString() : null);
    }

    /// <summary>The reason of a code as it is written in the database, or null where there is no such code.</summary>
    public static QuarantineReason? ReasonOf(string code)
    {
        try
        {
            return QuarantineReason.Of(JsonSerializer.Deserialize(JsonSerializer.Serialize(code, ContractsJson.Strict.String), ContractsJson.Strict.QuarantineCode)) is { } reason
                && reason.CodeName == code ? reason : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    private static async Task<List<KeptAndToken>> PageAsync(
        IQueryable<QuarantineRow> held, GatewayDb db, string? code, Place? after, int take, CancellationToken cancellationToken)
    {
        var asked = code is null ? held : held.Where(row => row.Code == code);
        if (after is not null)
        {
            var (at, key) = (after.At, after.Key);
            asked = asked.Where(row => row.At > at || (row.At == at && string.Compare(row.ObjectKey, key) > 0));
        }

        return await asked.OrderBy(row => row.At).ThenBy(row => row.ObjectKey).Take(take)
            .Select(row => new KeptAndToken(
                row, db.Uploads.Where(upload => upload.Id == row.Upload).Select(upload => db.UploadTokens.Where(token => token.Id == upload.Token).Select(token => token.Name).FirstOrDefault()).FirstOrDefault()))
            .ToListAsync(cancellationToken);
    }

    private static QuarantinedObject ViewOf(QuarantineRow row, string? token) =>
        new(row.ObjectKey, row.Upload, row.Ordinal, token, row.Code, ReasonOf(row.Code)?.Sentence ?? "", row.Samples, row.At);

    private static string? FaultOf(string? code, string? after, int? limit) =>
        code is not null && ReasonOf(code) is null ? $"code: must be one of {string.Join(", ", Codes)}"
        : after is not null && Place.TryParse(after) is null ? "after: must be the 'next' of a page"
        : limit is < 1 or > MaxPage ? $"limit: must be 1 to {MaxPage}"
        : null;

    public static IEnumerable<string> Codes => Enum.GetValues<QuarantineCode>().Select(code => QuarantineReason.Of(code).CodeName);

    private sealed record KeptAndToken(QuarantineRow Kept, string? Token);

    /// <summary>Where a page ends: rows are in the order of their times, then their keys.</summary>
    private sealed record Place(DateTimeOffset At, string Key)
    {
        public static Place Of(QuarantineRow row) => new(row.At, row.ObjectKey);

        public static Place? TryParse(string? text) =>
            text?.Split('.') is [var time, var key]
            && long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
                ? new(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), key)
                : null;

        public override string ToString() => $"{At.ToUnixTimeMilliseconds()}.{Key}";
    }
}
