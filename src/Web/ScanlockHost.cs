using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Scanlock.Contracts;
using Scanlock.Web.Auditing;
using Scanlock.Web.Identity;

namespace Scanlock.Web;

/// <summary>What gateway and broker have in common as HTTP hosts.</summary>
public static class ScanlockHost
{
    /// <summary>
    /// A builder whose only configuration is the JSON file named by <c>--config FILE</c>.
    /// </summary>
    /// <exception cref="HostConfigurationException">No such option, or no such file.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        if (args is not ["--config", var file])
        {
            throw new HostConfigurationException(["Start with --config FILE."]);
        }

        var path = Path.GetFullPath(file);
        if (!File.Exists(path))
        {
            throw new HostConfigurationException([$"There is no configuration file '{file}'."]);
        }

        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = Path.GetDirectoryName(path) });
        builder.Configuration.AddJsonFile(path, optional: false, reloadOnChange: false);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        // The framework's request logs hold paths and parameters; ours say what matters without them.
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
        builder.Logging.AddFilter("System", LogLevel.Warning);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss'Z' ";
            console.ColorBehavior = Microsoft.Extensions.Logging.Console.LoggerColorBehavior.Disabled;
        });
        return builder;
    }

    /// <summary>Adds sign-in by trusted issuers, problem details, JSON forms, health and OpenAPI.</summary>
    /// <param name="listen">Where to listen; plain HTTP only on loopback.</param>
    /// <param name="audience">What access tokens for this host must name: its public URL.</param>
    /// <exception cref="HostConfigurationException">Every fault of these settings.</exception>
    public static WebApplicationBuilder AddScanlockHost(this WebApplicationBuilder builder, string listen, string audience, IReadOnlyList<IssuerOptions> issuers)
    {
        HostConfigurationException.ThrowIfAny([.. ProblemsOfListen(listen), .. issuers.SelectMany(issuer => issuer.Problems())]);
        builder.WebHost.UseUrls(listen).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddSingleton(TimeProvider.System);
        // Nothing here is protected at rest by this provider, so its keys need not outlive the process.
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddSingleton(new ProtectedResource(audience, [.. issuers.Select(issuer => issuer.Issuer)], [Persons.FullScope, Persons.RequestScope, Persons.ReadScope]));
        builder.Services.AddPersons(issuers, audience);
        builder.Services.AddAuthorization();
        builder.Services.AddSingleton<IAuthorizationHandler, PersonRequirementHandler>();
        builder.Services.AddSingleton<IAuthorizationMiddlewareResultHandler, ProblemAuthorizationResultHandler>();
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemExceptionHandler>();
        builder.Services.AddRoutingCore();
        builder.Services.AddHealthChecks();
        builder.Services.AddOpenApi();
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.ConfigureHttpJsonOptions(json => BeStrict(json.SerializerOptions));
        return builder;
    }

    /// <summary>The pipeline before any endpoint, and the endpoints every host has.</summary>
    public static WebApplication UseScanlockHost(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealthChecks("/healthz").AllowAnonymous().NotAudited("Says only that the host answers.");
        app.MapGet(ProtectedResource.Path, (ProtectedResource resource) => TypedResults.Json(resource, ProtectedResourceJson.Default.ProtectedResource))
            .AllowAnonymous().ExcludeFromDescription().NotAudited("Says only which issuers this host trusts.");
        app.MapOpenApi().AllowAnonymous().NotAudited("Describes the API, which is public.");
        return app;
    }

    private static void BeStrict(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowDuplicateProperties = false;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.MaxDepth = 32;
        options.TypeInfoResolverChain.Insert(0, ContractsJson.Strict);
    }

    private static IEnumerable<string> ProblemsOfListen(string listen)
    {
        if (!Uri.TryCreate(listen, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
        {
            yield return $"Listen: '{listen}' is not an http or https URL.";
        }
        else if (url.Scheme == "http" && !(IPAddress.TryParse(url.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)))
        {
            yield return $"Listen: '{listen}' is plain HTTP and not a loopback address; use https, or listen on 127.0.0.1 behind a TLS proxy.";
        }
    }
}
