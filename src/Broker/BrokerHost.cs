using Microsoft.EntityFrameworkCore;
using Scanlock.Broker.Experiments;
using Scanlock.Broker.Gateways;
using Scanlock.Broker.Scheduling;
using Scanlock.Broker.Searches;
using Scanlock.Broker.Sites;
using Scanlock.Broker.Staging;
using Scanlock.Broker.Storage;
using Scanlock.Contracts.Signing;
using Scanlock.Processes;
using Scanlock.Web;

namespace Scanlock.Broker;

/// <summary>Puts the broker together.</summary>
internal static class BrokerHost
{
    /// <summary>More than any experiment.</summary>
    private const long MaxBodyBytes = 1 << 20;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <exception cref="HostConfigurationException">Every fault of the configuration.</exception>
    public static WebApplication Build(string[] args)
    {
        var builder = ScanlockHost.CreateBuilder(args);
        var options = BrokerOptions.Read(builder.Configuration, builder.Environment.ContentRootPath);
        builder.AddScanlockHost(options.Broker.Listen, options.Broker.PublicUrl, options.Issuers);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MaxBodyBytes);
        Add(builder.Services, options);
        var app = builder.Build().UseScanlockHost();
        app.MapExperiments();
        app.MapSites();
        app.MapGateways();
        return app;
    }

    private static void Add(IServiceCollection services, BrokerOptions options)
    {
        var state = options.Broker.StateDirectory;
        var models = Path.Combine(state, "models");
        CreateOwnerOnly(state);
        CreateOwnerOnly(models);
        var poll = TimeSpan.FromSeconds(options.Broker.PollSeconds);
        services.AddSingleton(BrokerKey.LoadOrCreate(options.Broker.KeyFile));
        services.AddBrokerDatabase(state);
        services.AddSingleton<Wakeup>();
        AddGateways(services, options);
        AddSites(services, options);

        services.AddSingleton<TrialStore>();
        services.AddSingleton<Papers>();
        services.AddSingleton<JobWriter>();
        services.AddSingleton<PermitSharing>();
        services.AddSingleton<Reuse>();
        services.AddSingleton<ExperimentIntake>();
        services.AddSingleton<Releases>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<Models>(provider, models));

        services.AddSingleton<Stager>();
        services.AddSingleton<Courier>();
        services.AddSingleton<Submitting>();
        services.AddSingleton<Watching>();
        services.AddSingleton<Purging>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PermitLane>(provider, poll));
        services.AddSingleton<SearchLane>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ResultLane>(provider, poll));
        services.AddHostedService<DatabaseStart>();
        services.AddHostedService(provider => ActivatorUtilities.CreateInstance<Scheduler>(provider, LanesOf(provider), poll));
    }

    private static void AddGateways(IServiceCollection services, BrokerOptions options)
    {
        services.AddSingleton(new GatewayDirectory(options.Gateways));
        services.AddSingleton(provider => new BrokerTokens(options.Broker.Name, provider.GetRequiredService<SigningKey>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<GatewayCalls>();
        services.AddSingleton<GatewayClient>();

        // Time limits are the calls' own. A redirect would carry a token to where the configuration does not point.
        services.AddHttpClient(GatewayCalls.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(10) });
    }

    private static void AddSites(IServiceCollection services, BrokerOptions options)
    {
        var ssh = Programs.Find("ssh");
        HostConfigurationException.ThrowIfAny(ssh is null && options.Sites.Count > 0 ? ["Sites: there is no 'ssh' on this machine; install openssh-client."] : []);
        services.AddSingleton<SiteBoard>();
        services.AddSingleton(provider =>
        {
            var clock = provider.GetRequiredService<TimeProvider>();
            return new SiteDirectory(options.Sites, provider.GetRequiredService<SiteBoard>(), (site, stop) => SshSiteLink.OpenAsync(site, ssh!, clock, stop), clock);
        });
    }

    private static Func<SiteSettings, SiteLanes> LanesOf(IServiceProvider provider) => site =>
    {
        var connection = provider.GetRequiredService<SiteDirectory>().Connect(site);
        return new(
            connection,
            ActivatorUtilities.CreateInstance<ControlLane>(provider, site, connection),
            ActivatorUtilities.CreateInstance<StagingLane>(provider, site),
            ActivatorUtilities.CreateInstance<CollectingLane>(provider, site));
    };

    private static void CreateOwnerOnly(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, OwnerOnly);
    }

    /// <summary>Brings the database up to date before anything reads it.</summary>
    private sealed class DatabaseStart(IDbContextFactory<BrokerDb> databases) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) => BrokerDatabase.MigrateAsync(databases, cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
