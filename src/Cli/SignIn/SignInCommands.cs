using System.CommandLine;
using System.Text.Json.Serialization;
using Scanlock.Cli.Hosts;
using Scanlock.Contracts;
using Scanlock.Contracts.Gateway;

namespace Scanlock.Cli.SignIn;

/// <summary><c>login</c>: a person by the device flow, an unattended run by a client credential.</summary>
internal static class SignInCommands
{
    public static IEnumerable<Command> All() => [Login()];

    private static Command Login()
    {
        var url = new Argument<string>("URL") { Description = "A gateway or a broker." };
        var client = new Option<string?>("--client-id") { HelpName = "ID", Description = "Sign in as this unattended client instead of as a person." };
        var secret = new Option<string?>("--client-secret-file") { HelpName = "F", Description = "Holds the client's secret; read each time a token is needed." };
        var command = new Command("login", "Sign in to a gateway or a broker; later commands go there.") { url, client, secret };
        command.Validators.Add(result =>
        {
            if (result.GetResult(client) is null != result.GetResult(secret) is null)
            {
                result.AddError("--client-id and --client-secret-file go together.");
            }
        });
        command.SetAction((parse, cancellationToken) =>
            LoginAsync(parse, parse.GetRequiredValue(url).TrimEnd('/'), parse.GetValue(client), parse.GetValue(secret), cancellationToken));
        return command;
    }

    private static async Task<int> LoginAsync(ParseResult parse, string url, string? client, string? secretFile, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var host) || host.Scheme is not ("http" or "https"))
        {
            return Failure.Report(parse, ExitCode.Usage, "bad-url", $"'{url}' is not the URL of a gateway or a broker.");
        }

        using var session = Session.Of(parse);
        var (resource, issuerName) = await session.Issuers.IssuerOfAsync(host, cancellationToken);
        var issuer = await session.Issuers.DiscoverAsync(issuerName, cancellationToken);
        var isGateway = await new HostClient(session, url).TryGetAnonymousAsync(GatewayRoutes.Identity, ContractsJson.Strict.GatewayIdentity, cancellationToken) is not null;
        var login = client is not null
            ? new Login(issuer.TokenEndpoint, client, Path.GetFullPath(secretFile!), null, [])
            : session.LoginAt(issuerName) is { SecretFile: null, RefreshToken: not null } known
                ? known
                : await AsPersonAsync(parse, session.Issuers, issuer, cancellationToken);
        await session.RememberAsync(!isGateway, resource, issuerName, login, cancellationToken);

        // A sign-in that gives no token is none: said now, not at the next command.
        await session.TokenAsync(resource, scope: null, cancellationToken);
        var done = new LoginJson(resource, isGateway ? "gateway" : "broker", issuerName, login.ClientId);
        return Output.Show(parse, done, LoginJsonContext.Default.LoginJson, output => output.WriteLine(Output.Printable($"Signed in to the {done.Kind} {resource}.")));
    }

    private static async Task<Login> AsPersonAsync(ParseResult parse, IssuerClient issuers, IssuerMetadata issuer, CancellationToken cancellationToken)
    {
        var device = await issuers.BeginDeviceAsync(issuer, cancellationToken);
        var say = parse.InvocationConfiguration.Error;
        await say.WriteLineAsync(Output.Printable($"Open    {device.VerificationUri}"));
        await say.WriteLineAsync(Output.Printable($"Enter   {device.UserCode}"));
        if (device.VerificationUriComplete is not null)
        {
            await say.WriteLineAsync(Output.Printable($"or open {device.VerificationUriComplete}"));
        }

        var tokens = await issuers.WaitForDeviceAsync(issuer.TokenEndpoint, device, cancellationToken);
        return new(issuer.TokenEndpoint, IssuerClient.CliClientId, null, tokens.RefreshToken, []);
    }
}

internal sealed record LoginJson(string Url, string Kind, string Issuer, string Client);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LoginJson))]
internal sealed partial class LoginJsonContext : JsonSerializerContext;
