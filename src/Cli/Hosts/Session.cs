using System.CommandLine;

namespace Scanlock.Cli.Hosts;

/// <summary>The user's profile at work: gives access tokens, refreshed when needed, and clients of the hosts.</summary>
internal sealed class Session : IDisposable
{
    private const string FullScope = "full";
    private static readonly TimeSpan s_margin = TimeSpan.FromSeconds(60);

    private readonly ProfileStore _store;
    private readonly TimeProvider _time;

    public Session(string profile, TimeProvider time)
    {
        _store = new(ProfileStore.DefaultFolder(), profile);
        _time = time;
        Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5), ConnectTimeout = BoundedCall.ConnectPatience })
        {
            // Each call says how long it waits.
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Issuers = new(Http, time);
    }

    /// <summary>Which person's profile; <c>SCANLOCK_PROFILE</c> where it is not given.</summary>
    public static Option<string> ProfileOption { get; } = new("--profile")
    {
        Recursive = true,
        HelpName = "NAME",
        Description = "Act with this profile's sign-ins.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("SCANLOCK_PROFILE") is { Length: > 0 } name ? name : "default",
    };

    public static Option<string?> GatewayOption { get; } = new("--gateway") { HelpName = "URL", Description = "The gateway to talk to, instead of the one last signed in to." };

    public static Option<string?> BrokerOption { get; } = new("--broker") { HelpName = "URL", Description = "The broker to talk to, instead of the one last signed in to." };

    public HttpClient Http { get; }

    public IssuerClient Issuers { get; }

    public static Session Of(ParseResult parse) => new(parse.GetRequiredValue(ProfileOption), TimeProvider.System);

    /// <param name="bearer">A token to use instead of a sign-in.</param>
    public HostClient Gateway(ParseResult parse, string? bearer = null) => Host(parse.GetValue(GatewayOption), _store.Read().Gateway, "gateway", bearer);

    public HostClient Broker(ParseResult parse) => Host(parse.GetValue(BrokerOption), _store.Read().Broker, "broker");

    public Task RememberAsync(bool isBroker, string url, string issuer, Login login, CancellationToken cancellationToken) => _store.ChangeAsync(
        profile =>
        {
            var logins = new Dictionary<string, Login>(profile.Logins, StringComparer.Ordinal) { [issuer] = login };
            var issuers = new Dictionary<string, string>(profile.Issuers, StringComparer.Ordinal) { [url] = issuer };
            var next = new Profile(isBroker ? profile.Gateway : url, isBroker ? url : profile.Broker, logins, issuers);
            return Task.FromResult((next, true));
        },
        cancellationToken);

    /// <summary>The login at an issuer, if there is one.</summary>
    public Login? LoginAt(string issuer) => _store.Read().Logins.GetValueOrDefault(issuer);

    /// <summary>An access token for a host, cached until shortly before it ends.</summary>
    /// <param name="scope">Null for everything the person may do; else a narrower scope, to hand on.</param>
    public async Task<string> TokenAsync(string host, string? scope, CancellationToken cancellationToken)
    {
        var wanted = scope ?? FullScope;
        var profile = _store.Read();
        var issuer = profile.Issuers.GetValueOrDefault(host) ?? (await Issuers.IssuerOfAsync(new(host), cancellationToken)).Issuer;
        if (Good(profile.Logins.GetValueOrDefault(issuer), host, wanted) is { } cached)
        {
            return cached;
        }

        return await _store.ChangeAsync(
            async current =>
            {
                var login = current.Logins.GetValueOrDefault(issuer)
                    ?? throw HostProblemException.Local("not-signed-in", $"You are not signed in to {host}. Run: scanlock login {host}");
                if (Good(login, host, wanted) is { } other)
                {
                    return (current, other);
                }

                var (next, token) = await FetchAsync(login, host, wanted, cancellationToken);
                var logins = new Dictionary<string, Login>(current.Logins, StringComparer.Ordinal) { [issuer] = next };
                return (current with { Logins = logins }, token);
            },
            cancellationToken);
    }

    private async Task<(Login Login, string Token)> FetchAsync(Login login, string host, string scope, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal) { ["client_id"] = login.ClientId, ["resource"] = host, ["scope"] = scope };
        if (login.SecretFile is not null)
        {
            form["grant_type"] = "client_credentials";
            form["client_secret"] = (await File.ReadAllTextAsync(login.SecretFile, cancellationToken)).Trim();
        }
        else
        {
            form["grant_type"] = "refresh_token";
            form["refresh_token"] = login.RefreshToken ?? throw HostProblemException.Local("not-signed-in", $"Your sign-in has ended. Run: scanlock login {host}");
        }

        var answer = await Issuers.TokenAsync(login.TokenEndpoint, form, cancellationToken);
        var now = _time.GetUtcNow();
        var token = new CachedToken(host, scope, answer.AccessToken, now.AddSeconds(answer.ExpiresIn));
        return (login with
        {
            RefreshToken = answer.RefreshToken ?? login.RefreshToken,
            Tokens = [.. login.Tokens.Where(t => t.ExpiresAt > now && (t.Resource, t.Scope) != (host, scope)), token],
        }, answer.AccessToken);
    }

    private string? Good(Login? login, string host, string scope) => login?.Tokens
        .FirstOrDefault(token => token.Resource == host && token.Scope == scope && token.ExpiresAt - s_margin > _time.GetUtcNow())?.Token;

    private HostClient Host(string? asked, string? remembered, string kind, string? bearer = null)
    {
        var url = asked ?? remembered ?? throw HostProblemException.Local("not-signed-in", $"Which {kind}? Sign in first: scanlock login URL");
        return Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"
            ? new(this, url.TrimEnd('/'), bearer)
            : throw HostProblemException.Local("bad-url", $"'{url}' is not the URL of a {kind}.");
    }

    public void Dispose() => Http.Dispose();
}
