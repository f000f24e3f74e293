using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>Accounts as a login sees them, and the refresh tokens that keep one going.</summary>
internal sealed partial class Sessions(IssuerContext database, UserManager<Account> accounts, TimeProvider time, ILogger<Sessions> logger)
{
    private static readonly TimeSpan s_refreshLifetime = TimeSpan.FromDays(30);

    /// <summary>The account, or null for a wrong name, a wrong password or one that is locked out: a caller cannot tell which.</summary>
    public async Task<Account?> SignInAsync(string username, string password)
    {
        var account = await accounts.FindByNameAsync(username);
        if (account is null)
        {
            // Spend the time a real check takes, so that names cannot be told apart by the clock.
            accounts.PasswordHasher.HashPassword(new(), password);
            LogRefused(logger);
            return null;
        }

        if (await accounts.IsLockedOutAsync(account))
        {
            LogLockedOut(logger, account.Id);
            return null;
        }

        if (!await accounts.CheckPasswordAsync(account, password))
        {
            await accounts.AccessFailedAsync(account);
            LogRefused(logger);
            return null;
        }

        await accounts.ResetAccessFailedCountAsync(account);
        LogSignedIn(logger, account.Id);
        return account;
    }

    public Task<Account?> FindAsync(string id) => accounts.FindByIdAsync(id);

    public Task<Account?> FindByNameAsync(string username) => accounts.FindByNameAsync(username);

    /// <param name="resource">The one audience that this login is for; null where the client may choose.</param>
    public async Task<string> BeginAsync(Account account, string clientId, string scope, string? resource, CancellationToken cancellationToken) =>
        await AddAsync(account.Id, clientId, scope, resource, Guid.NewGuid().ToString("N"), cancellationToken);

    /// <summary>The one audience that a refresh token's login was for; spends nothing.</summary>
    public async Task<string?> ResourceOfAsync(string token, CancellationToken cancellationToken)
    {
        var hash = HashOf(token);
        return await database.RefreshTokens.Where(t => t.Hash == hash).Select(t => t.Resource).SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>
    /// Exchanges a refresh token for the next one. A used one that comes back was copied: its whole family ends (RFC 9700 section 4.14).
    /// </summary>
    public async Task<(Account Account, string Scope, string Next)?> ContinueAsync(string token, string clientId, CancellationToken cancellationToken)
    {
        var hash = HashOf(token);
        var known = await database.RefreshTokens.SingleOrDefaultAsync(t => t.Hash == hash, cancellationToken);
        if (known is null || known.ClientId != clientId || known.ExpiresAt <= time.GetUtcNow().ToUnixTimeSeconds())
        {
            return null;
        }

        // One statement decides who uses it, so that two copies sent at once cannot both win.
        var won = await database.RefreshTokens.Where(t => t.Hash == hash && !t.Used).ExecuteUpdateAsync(t => t.SetProperty(x => x.Used, true), cancellationToken);
        if (won == 0)
        {
            await database.RefreshTokens.Where(t => t.Family == known.Family).ExecuteDeleteAsync(cancellationToken);
            LogReused(logger, known.AccountId);
            return null;
        }

        return await accounts.FindByIdAsync(known.AccountId) is { } account
            ? (account, known.Scope, await AddAsync(account.Id, clientId, known.Scope, known.Resource, known.Family, cancellationToken))
            : null;
    }

    private async Task<string> AddAsync(
        string accountId, string clientId, string scope, string? resource, string family, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await database.RefreshTokens.Where(t => t.ExpiresAt <= now.ToUnixTimeSeconds()).ExecuteDeleteAsync(cancellationToken);
        var token = PendingSignIns.Secret();
        database.RefreshTokens.Add(new()
        {
            Hash = HashOf(token),
            Family = family,
            AccountId = accountId,
            ClientId = clientId,
            Scope = scope,
            Resource = resource,
            ExpiresAt = (now + s_refreshLifetime).ToUnixTimeSeconds(),
        });
        await database.SaveChangesAsync(cancellationToken);
        return token;
    }

    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    [LoggerMessage(EventId = 2900, Level = LogLevel.Information, Message = "Account {Account} signed in")]
    private static partial void LogSignedIn(ILogger logger, string account);

    [LoggerMessage(EventId = 2901, Level = LogLevel.Warning, Message = "A sign-in was refused: wrong user name or password")]
    private static partial void LogRefused(ILogger logger);

    [LoggerMessage(EventId = 2902, Level = LogLevel.Warning, Message = "A sign-in was refused: account {Account} is locked out")]
    private static partial void LogLockedOut(ILogger logger, string account);

    [LoggerMessage(EventId = 2903, Level = LogLevel.Warning, Message = "A used refresh token of account {Account} came back; its session was ended")]
    private static partial void LogReused(ILogger logger, string account);
}
