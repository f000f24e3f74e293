using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Scanlock.Contracts.Signing;
using Scanlock.Web.Auditing;
using Scanlock.Web.Storage;

namespace Scanlock.Gateway.LocalIssuer;

/// <summary>Adds the local issuer to a gateway. Every host, this gateway too, validates its tokens like any other issuer's.</summary>
internal static class LocalIssuerHost
{
    private const string Guessing = "local-issuer-guessing";
    private const string NoAct = "Signing in is no act on data; each act is audited where the token is used.";

    /// <param name="issuer">The issuer's name: the gateway's public URL.</param>
    /// <param name="key">The key that signs tokens, and nothing else.</param>
    public static IServiceCollection AddLocalIssuer(this IServiceCollection services, LocalIssuerOptions options, string issuer, SigningKey key, string databaseFile)
    {
        services.AddDbContext<IssuerContext>(database => database.UseSqlite($"Data Source={databaseFile}"));
        services.AddIdentityCore<Account>(identity =>
            {
                identity.Lockout.MaxFailedAccessAttempts = 5;
                identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
                identity.Password.RequiredLength = 12;
                identity.Password.RequireDigit = false;
                identity.Password.RequireLowercase = false;
                identity.Password.RequireUppercase = false;
                identity.Password.RequireNonAlphanumeric = false;
            })
            .AddEntityFrameworkStores<IssuerContext>();
        services.AddSingleton(options);
        services.AddSingleton(new IssuerRegistry(issuer, options));
        services.AddSingleton(provider => new TokenWriter(key, issuer, options, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PendingSignIns>();
        services.AddScoped<Sessions>();
        services.AddScoped<TokenEndpoint>();
        services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.AddPolicy(Guessing, context => RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress, _ => new() { PermitLimit = 30, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));
        });
        return services;
    }

    public static WebApplication MapLocalIssuer(this WebApplication app)
    {
        app.UseRateLimiter();
        var routes = app.MapGroup("").AllowAnonymous().NotAudited(NoAct).ExcludeFromDescription();
        routes.MapGet("/.well-known/openid-configuration", Discovery);
        routes.MapGet("/.well-known/oauth-authorization-server", Discovery);
        routes.MapGet("/connect/jwks", Keys);
        routes.MapPost("/connect/token", TokenEndpoint.HandleAsync);
        routes.MapPost("/connect/device", DeviceEndpoints.BeginAsync);
        routes.MapGet(DeviceEndpoints.Page, DeviceEndpoints.ShowAsync);
        routes.MapPost(DeviceEndpoints.Page, DeviceEndpoints.DecideAsync).RequireRateLimiting(Guessing);
        routes.MapGet(AuthorizeEndpoint.Path, AuthorizeEndpoint.Show);
        routes.MapPost(AuthorizeEndpoint.Path, AuthorizeEndpoint.DecideAsync).RequireRateLimiting(Guessing);
        return app;
    }

    /// <summary>Brings the issuer's database up to date and makes the configured accounts that are not there yet.</summary>
    /// <exception cref="InvalidOperationException">A configured account cannot be made; the message says why.</exception>
    public static async Task PrepareLocalIssuerAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        var database = scope.ServiceProvider.GetRequiredService<IssuerContext>();
        await database.Database.OpenConnectionAsync(cancellationToken);
        await NumberedMigrations.ApplyAsync(
            database.Database.GetDbConnection(), typeof(LocalIssuerHost).Assembly, "Scanlock.Gateway.LocalIssuer.Migrations.", cancellationToken);
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        foreach (var wanted in scope.ServiceProvider.GetRequiredService<LocalIssuerOptions>().Accounts)
        {
            await MakeAsync(accounts, wanted, cancellationToken);
        }
    }

    private static async Task MakeAsync(UserManager<Account> accounts, AccountOptions wanted, CancellationToken cancellationToken)
    {
        if (await accounts.FindByNameAsync(wanted.Username) is not null)
        {
            return;
        }

        var password = (await File.ReadAllTextAsync(wanted.PasswordFile, cancellationToken)).Trim();
        var made = await accounts.CreateAsync(
            new() { UserName = wanted.Username, Organisation = wanted.Organisation, RoleNames = string.Join(' ', wanted.Roles) }, password);
        if (!made.Succeeded)
        {
            throw new InvalidOperationException($"Account '{wanted.Username}' cannot be made: {string.Join(" ", made.Errors.Select(error => error.Description))}");
        }
    }

    private static JsonHttpResult<DiscoveryDocument> Discovery(IssuerRegistry issuer)
    {
        var url = issuer.Name.TrimEnd('/');
        return TypedResults.Json(
            new DiscoveryDocument(
                issuer.Name,
                url + AuthorizeEndpoint.Path,
                url + "/connect/token",
                url + "/connect/device",
                url + "/connect/jwks",
                ["code"],
                ["authorization_code", "client_credentials", "refresh_token", TokenEndpoint.DeviceGrant],
                IssuerRegistry.Scopes,
                ["public"],
                ["ES256"],
                ["S256"],
                ["none", "client_secret_basic", "client_secret_post"]),
            IssuerJson.Default.DiscoveryDocument);
    }

    private static JsonHttpResult<KeySet> Keys(TokenWriter tokens) => TypedResults.Json(
        new KeySet([new("EC", "P-256", tokens.Public.X, tokens.Public.Y, tokens.Public.Id, "sig", "ES256")]), IssuerJson.Default.KeySet);
}
